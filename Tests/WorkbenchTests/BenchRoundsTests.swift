import Testing
import Workbench

@Suite("Rounds of bench")
struct BenchRoundsTests {
    private func result(_ rounds: BenchResult.Round...) -> BenchResult {
        BenchResult(name: "a", rounds: rounds, unit: "tokens/s")
    }

    @Test("A round counts once, however many runs it has")
    func medians() {
        let result = result(
            .init(rates: [9, 9, 9, 9, 9, 9, 9], limitRates: [10]), .init(rates: [3, 5, 4], limitRates: [8]),
            .init(rates: [1], limitRates: [4]))
        #expect(result.rate == 4 && result.shareThen == 0.5)
        // Seven places in each: nines; 3, 3⅓ to 5; ones. The middle half of the 21 is from 1 to 9.
        #expect(result.spread == 2)
    }

    @Test("Runs in pairs have a bound each, which their share is of")
    func pairs() {
        let result = result(.init(rates: [2, 2, 6], limitRates: [4, 8, 8]), .init(rates: [3], limitRates: [4]))
        #expect(result.shareThen == (0.5 + 0.75) / 2)
        #expect(self.result(.init(rates: [1])).shareThen == nil && self.result(.init(rates: [1])).spread == nil)
    }
}
