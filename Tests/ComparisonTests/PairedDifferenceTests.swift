import Comparison
import Testing

@Suite struct PairedDifferenceTests {
    @Test("two prompts give the interval that can be worked out by hand")
    func twoPrompts() throws {
        // Draws of two from {0 nats over 1 token, 4 nats over 3}: 0/2, 4/4 (twice), 8/6, with chances 1/4, 1/2, 1/4. So the
        // 2.5 % quantile is 0 and the 97.5 % quantile 4/3.
        let difference = PairedDifference(prompts: [(0, 1), (4, 3)])
        #expect(difference.mean == 1)
        #expect(difference.low == 0)
        #expect(abs(try #require(difference.high) - 4.0 / 3) < 1e-12)
    }

    @Test("a single prompt gives no interval, whatever else there is without a predicted token")
    func onePrompt() {
        #expect(PairedDifference(prompts: [(1, 2)]) == PairedDifference(mean: 0.5, low: nil, high: nil))
        #expect(PairedDifference(prompts: [(0, 0), (1, 2)]) == PairedDifference(mean: 0.5, low: nil, high: nil))
    }

    @Test("an interval narrows to nothing where all prompts agree")
    func agreement() {
        let difference = PairedDifference(prompts: [(1, 2), (2, 4), (5, 10)])
        #expect(difference == PairedDifference(mean: 0.5, low: 0.5, high: 0.5))
    }

    @Test("the same seed gives the same interval, another seed another")
    func seeded() {
        let prompts = (0..<20).map { (difference: Double($0 * $0 % 7), tokens: 3 + $0 % 4) }
        #expect(PairedDifference(prompts: prompts, seed: 1) == PairedDifference(prompts: prompts, seed: 1))
        #expect(PairedDifference(prompts: prompts, seed: 1) != PairedDifference(prompts: prompts, seed: 2))
    }

    @Test("an interval over many prompts agrees with the normal approximation")
    func normalApproximation() throws {
        // 400 prompts of one token, differences alternating −1 and 1: standard error 1/20, interval ± 1.96/20.
        let prompts = (0..<400).map { (difference: $0 % 2 == 0 ? 1.0 : -1.0, tokens: 1) }
        let difference = PairedDifference(prompts: prompts)
        #expect(abs(try #require(difference.high) - 0.098) < 0.006)
        #expect(abs(try #require(difference.low) + 0.098) < 0.006)
    }
}
