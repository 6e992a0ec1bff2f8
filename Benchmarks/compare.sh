#!/usr/bin/env bash
# Headroom beside what one would otherwise take, in the same run on this machine: llama.cpp (built here from the
# source package of llama-cpp-python), DMC's semantics in PyTorch, numpy for the replay. Needs python3 with venv, a C++
# compiler, cmake is fetched. The first run builds for some minutes; all that is fetched goes into one folder.
#   Benchmarks/compare.sh [FOLDER]        by default .build/benchmarks
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-.build/benchmarks}
python=$folder/bin/python3
if [ ! -x "$python" ]; then python3 -m venv "$folder"; fi
"$python" -m pip install --quiet --no-binary llama-cpp-python llama-cpp-python==0.3.36 gguf numpy
# PyTorch without what a GPU needs, where its own index is within reach.
"$python" -m pip install --quiet --extra-index-url https://download.pytorch.org/whl/cpu torch
swift build -c release --product headroom
for width in bfloat16 float32; do "$python" Benchmarks/llamacpp.py --width "$width"; done
"$python" Benchmarks/pytorch.py
"$python" Benchmarks/replay.py
