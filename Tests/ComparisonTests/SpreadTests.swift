import Comparison
import Testing

@Suite struct SpreadTests {
    @Test("quantiles lie between neighbours, by their distance")
    func quantiles() {
        let spread = Spread([4, 1, 3, 2])
        #expect(spread.mean == 2.5 && spread.p50 == 2.5 && spread.max == 4)
        #expect(abs(spread.p99 - 3.97) < 1e-12)
        let hundred = Spread((0...100).reversed().map(Double.init))
        #expect(hundred.p50 == 50 && hundred.p99 == 99 && hundred.max == 100 && hundred.mean == 50)
    }

    @Test("one figure is its own spread")
    func single() {
        let spread = Spread([7])
        #expect([spread.mean, spread.p50, spread.p99, spread.max] == [7, 7, 7, 7])
    }
}
