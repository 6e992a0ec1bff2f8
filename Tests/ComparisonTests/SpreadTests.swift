import Comparison
import Testing

@Suite struct SpreadTests {
    @Test("half and 99 of 100 prompts are within their figure, which is one of them")
    func ranks() {
        let spread = Spread([4, 1, 3, 2])
        #expect(spread.mean == 2.5 && spread.p50 == 2 && spread.p99 == 4 && spread.max == 4)
        let hundred = Spread((1...100).reversed().map(Double.init))
        #expect(hundred.p50 == 50 && hundred.p99 == 99 && hundred.max == 100 && hundred.mean == 50.5)
        let more = Spread((1...101).map(Double.init))
        #expect(more.p50 == 51 && more.p99 == 100)
    }

    @Test("one figure is its own spread")
    func single() {
        let spread = Spread([7])
        #expect([spread.mean, spread.p50, spread.p99, spread.max] == [7, 7, 7, 7])
    }
}
