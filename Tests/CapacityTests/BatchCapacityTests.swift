import Capacity
import TestSupport
import Testing

@Suite("How many prompts fit, when they differ")
struct BatchCapacityTests {
    /// The share of 10⁶ seeded draws of `count` prompts that fit.
    private func drawn(_ capacity: BatchCapacity, count: Int) -> Double {
        var numbers = SeededNumbers(seed: UInt64(count))
        var fits = 0
        for _ in 0..<1_000_000 {
            var sum = 0
            for _ in 0..<count { sum += capacity.bytes[Int(numbers.next() >> 33) % capacity.bytes.count] }
            if sum <= capacity.limit { fits += 1 }
        }
        return Double(fits) / 1_000_000
    }

    /// Small whole sizes, which the grid holds exactly; sizes with one far outlier; sizes so fine that it is coarser.
    private static let cases: [[Int]] = [
        [10, 11, 12, 13, 20], [5, 5, 5, 5, 5, 5, 5, 5, 5, 90],
        (0..<24).map { 1_000_003 + 7_919 * $0 * $0 * 13 + $0 % 5 * 104_729 },
    ]

    @Test("The probability of fitting agrees with a million draws, to their own error", arguments: 0..<3)
    func againstDraws(index: Int) {
        let bytes = Self.cases[index]
        let capacity = BatchCapacity(bytes: bytes, limit: bytes.reduce(0, +) / bytes.count * 25)
        let best = capacity.largest(probability: 0.999)
        #expect(best > capacity.worstCase)
        for count in [best, best + 1] {
            let exact = capacity.probabilityOfFit(count)
            let error = max(1e-6, exact * (1 - exact) / 1e6).squareRoot()
            #expect(abs(exact - drawn(capacity, count: count)) < 5 * error, "\(count) prompts")
        }
        #expect(capacity.probabilityOfFit(best) >= 0.999)
        #expect(capacity.probabilityOfFit(best + 1) < 0.999)
    }

    @Test("With two prompts the probability is the binomial distribution's")
    func binomial() {
        // Of 4 draws from {1, 2}, the sum is at most 6 unless three or four are 2: 11/16.
        let capacity = BatchCapacity(bytes: [1, 2], limit: 6)
        #expect(abs(capacity.probabilityOfFit(4) - 11 / 16) < 1e-12)
        #expect(capacity.probabilityOfFit(3) == 1)
        #expect(capacity.probabilityOfFit(7) == 0)
        #expect(capacity.largest(probability: 0.999) == 3)
        #expect(capacity.largest(probability: 0.6) == 4)
    }

    @Test("Prompts that are alike fit as often as the worst does")
    func alike() {
        #expect(BatchCapacity(bytes: [7, 7, 7], limit: 50).largest(probability: 0.999) == 7)
        #expect(BatchCapacity(bytes: [7], limit: 6).largest(probability: 0.999) == 0)
    }

    @Test("A large batch of fine sizes keeps its mean: no bias builds up")
    func largeBatch() {
        // The mean of 1,000 draws from 1,000 … 1,999 bytes is 1,499.5 each; half fit into just that.
        let capacity = BatchCapacity(
            bytes: Array(1_000_000..<1_001_000).map { $0 * 977 }, limit: 1_000_499 * 977 * 1_000)
        #expect(abs(capacity.probabilityOfFit(1_000) - 0.5) < 0.03)
    }

    @Test("A hundred thousand prompts fit by the normal distribution, which so many draws follow")
    func hugeBatch() {
        // Values 0 and 2 above 1,000,000: mean 1 and deviation 1 each; 2,326 deviations of a thousandth give 99 %.
        let count = 1_000_000
        let limit = count * 1_000_001 + 2_326
        let capacity = BatchCapacity(bytes: [1_000_000, 1_000_002], limit: limit)
        #expect(abs(capacity.probabilityOfFit(count) - 0.99) < 0.001)
    }
}
