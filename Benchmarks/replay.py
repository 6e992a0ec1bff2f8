"""numpy beside Headroom: the pages in use after every token, summed over the heads, from decision bits in memory.

numpy's way is to unpack the bits, sum them up along the tokens, round up to pages and add the heads; Headroom's is
`pagesInUse` in Sources/Traces. Both on one core.
"""
import beside

beside.parser(__doc__).parse_args()
(numpy,) = beside.packages(numpy="numpy")

HEADS, TOKENS, PAGE = 1024, 4096, 16


def pages_in_use(packed):
    """[TOKENS] out of [HEADS, TOKENS / 8] bytes, 1 for merge, the lowest bit first."""
    appends = 1 - numpy.unpackbits(packed, axis=1, bitorder="little")
    slots = numpy.cumsum(appends, axis=1, dtype=numpy.int32)
    return ((slots + PAGE - 1) // PAGE).sum(axis=0)


def main():
    numbers = numpy.random.default_rng(1)
    merges = numbers.random((HEADS, TOKENS)) < numpy.linspace(0, 17 / 18, HEADS)[:, None]
    packed = numpy.packbits(merges, axis=1, bitorder="little")

    def run():
        pages_in_use(packed)

    def rates(name):
        return [HEADS * TOKENS / seconds for seconds in beside.times(run, most=333, seconds=0.15)]

    beside.serve(f"numpy {numpy.__version__}", {"trace/replay": 10.0}, rates)


main()
