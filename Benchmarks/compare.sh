#!/usr/bin/env bash
set -euo pipefail

usage() {
    cat <<END
Headroom beside what one would otherwise take, run by run in turn on this machine: llama.cpp (built here from the
source package of llama-cpp-python), DMC's semantics in PyTorch, numpy for the replay. README.md beside it says what
is compared.

  Benchmarks/compare.sh [FOLDER]

FOLDER has the Python environment, 1.1 GB (by default .build/benchmarks in the repository); what is there already is
not fetched again. Needs a Swift toolchain, python3 from 3.10 on with venv, a C++ compiler, 12 GB of memory, and 5 GB
in the temporary folder; cmake is fetched with the rest, from PyPI and PyTorch's own index, which has it without a
GPU's libraries. The first run fetches and builds for some ten minutes, a comparison takes as long.
END
}

fail() {
    echo "compare.sh: $*" >&2
    exit 1
}

case ${1:-} in
-h | --help)
    usage
    exit
    ;;
-*)
    echo "compare.sh: expected a folder, found $1 (compare.sh --help)" >&2
    exit 64
    ;;
esac
if [ $# -gt 1 ]; then
    echo "compare.sh: expected one folder at most, found $# (compare.sh --help)" >&2
    exit 64
fi

if [ $# -eq 1 ] && [ -z "$1" ]; then
    echo "compare.sh: expected a folder, found an empty word (compare.sh --help)" >&2
    exit 64
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
folder=$(realpath -m -- "${1:-$root/.build/benchmarks}")
python=$folder/bin/python3
headroom=$root/.build/release/headroom

# What is missing shows before minutes are spent.
command -v swift >/dev/null || fail "swift is missing (https://www.swift.org/install/linux)"
command -v python3 >/dev/null || fail "python3 is missing (on Debian: apt-get install python3-venv)"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    fail "expected python3 from 3.10 on, found $(python3 --version)"
command -v "${CXX:-c++}" >/dev/null || fail "a C++ compiler, ${CXX:-c++}, is missing (on Debian: apt-get install g++)"
if ! "$python" -m pip --version >/dev/null 2>&1; then
    if [ -e "$folder" ] && [ ! -e "$folder/pyvenv.cfg" ] && [ -n "$(ls -A "$folder")" ]; then
        fail "$folder: expected an environment of an earlier run, or nothing, found other files"
    fi
    python3 -c 'import venv, ensurepip' 2>/dev/null ||
        fail "python3 has no venv (on Debian: apt-get install python3-venv)"
    mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] ||
        fail "$folder: expected a folder that can be made and written to"
fi

(cd "$root" && swift build -c release --product headroom)
# One that an earlier call left half-made has no pip, and gets it.
"$python" -m pip --version >/dev/null 2>&1 || python3 -m venv "$folder"
echo "fetching and building what requirements.txt names; the first time for some minutes" >&2
"$python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" ||
    fail "pip could not install what $here/requirements.txt names (its own words stand above)"

# beside PROGRAM OPTIONS…: Headroom's rows and PROGRAM's in turn.
beside() {
    local program=$here/$1
    shift
    "$headroom" bench --beside "$(printf '%q %q' "$python" "$program")" "$@"
    echo
}

# Steps are short and wait for memory, whose speed changes: many rounds. A prompt takes seconds, and computes.
beside llamacpp.py --only decode/ --rounds 15
beside llamacpp.py --only prefill/ --rounds 3
beside pytorch.py --rounds 5
beside replay.py --rounds 5
