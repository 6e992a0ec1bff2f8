"""numpy beside Headroom: the pages in use after every token, summed over the heads, from decision bits in memory.

numpy's way is to unpack the bits, sum them up along the tokens, round up to pages and add the heads; Headroom's is
`pagesInUse` in Sources/Traces. Both on one core.
"""
import argparse
import statistics
import time

import numpy

import headroom_bench

HEADS, TOKENS, PAGE = 1024, 4096, 16


def pages_in_use(packed):
    """[TOKENS] out of [HEADS, TOKENS / 8] bytes, 1 for merge, the lowest bit first."""
    appends = 1 - numpy.unpackbits(packed, axis=1, bitorder="little")
    slots = numpy.cumsum(appends, axis=1, dtype=numpy.int32)
    return ((slots + PAGE - 1) // PAGE).sum(axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--headroom", default=".build/release/headroom")
    options = parser.parse_args()

    numbers = numpy.random.default_rng(1)
    merges = numbers.random((HEADS, TOKENS)) < numpy.linspace(0, 17 / 18, HEADS)[:, None]
    packed = numpy.packbits(merges, axis=1, bitorder="little")
    times = []
    for _ in range(7):
        start = time.perf_counter()
        pages_in_use(packed)
        times.append(time.perf_counter() - start)
    theirs = HEADS * TOKENS / statistics.median(times[1:])
    ours = headroom_bench.rates(options.headroom, ["trace/replay"], 1)
    headroom_bench.report([("trace/replay", ours["trace/replay"], theirs, 10.0)], "numpy")


main()
