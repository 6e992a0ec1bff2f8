"""What the programs beside Headroom share: they answer `headroom bench --beside`, as README.md says.

Needs Python alone, from 3.10 on.
"""
import argparse
import importlib
import json
import os
import signal
import sys
import time


class Unable(Exception):
    """Why a row cannot be measured, though others can."""


def parser(description):
    """A parser that says how a program is run. It comes before `packages`: --help needs none of them."""
    program = os.path.relpath(sys.argv[0])
    return argparse.ArgumentParser(
        description=description,
        epilog="Headroom runs it, and asks it for rows on standard input (see README.md beside it):\n"
        f'  headroom bench --beside "python3 {program}"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_threads(parser):
    """The number of threads, as an option."""
    parser.add_argument(
        "--threads",
        type=count,
        default=len(os.sched_getaffinity(0)),
        help="by default one a core, as bench has; give bench the same number",
    )


def count(word):
    """An option's number, from 1 on."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, found {word}")
    return int(word)


def packages(**names):
    """The modules of those names, each given as the package that has it; where one is missing, a line says which."""
    # Left to itself OpenMP spins for some milliseconds after a step, and sleeps while Headroom is measured. Told to
    # spin on it would take Headroom's cores; told to sleep at once llama.cpp loses an eighth of its speed.
    for setting in "OMP_WAIT_POLICY", "GOMP_SPINCOUNT":
        os.environ.pop(setting, None)
    found = []
    for module, package in names.items():
        try:
            found.append(importlib.import_module(module))
        except ImportError as error:
            sys.exit(f"{sys.argv[0]}: needs the Python package {package}, which compare.sh fetches ({error})")
    return found


def times(step, most, seconds=0.3):
    """Seconds of each of at most so many runs of `step`, as bench's own rows are measured: as many as make `seconds`
    after one that is not counted, but one that takes longer counts."""

    def run():
        start = time.perf_counter()
        step()
        return time.perf_counter() - start

    first = run()
    taken = [] if first < seconds else [first]
    while len(taken) < most and sum(taken) < seconds:
        taken.append(run())
    return taken


def serve(program, goals, measure):
    """Names this program and its rows, then measures the rows that are asked for until no more come.

    `goals` has for each row's name the ratio that Headroom is asked to reach, None for none. `measure` takes a name and
    returns units a second, a number for each run.
    """
    # Libraries print what they like: the answers have standard output for themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(value):
        print(json.dumps(value), file=answers, flush=True)

    # Ended like this, what stands in temporary folders is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        answer({"program": program, "rows": goals})
        for line in sys.stdin:
            name = line.strip()
            try:
                if name not in goals:
                    raise Unable(f"{name}: expected one of {', '.join(goals)}")
                answer({"row": name, "rates": measure(name)})
            except Unable as error:
                answer({"row": name, "error": str(error)})
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:
        sys.exit(1)
