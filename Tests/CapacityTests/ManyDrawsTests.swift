import Capacity
import Foundation
import TestSupport
import Testing

@Suite("Sums of thousands of prompts that differ, on a grid that is coarser than their bytes")
struct ManyDrawsTests {
    /// Thirty prompts of 1 to 9 GB, a few of them long.
    private let bytes = {
        var numbers = SeededNumbers(seed: 8)
        return (0..<30).map { _ in 1_000_000_007 + Int(8e9 * pow(numbers.unit(), 6)) }
    }()
    private var mean: Double { bytes.map(Double.init).reduce(0, +) / Double(bytes.count) }
    private var deviation: Double {
        (bytes.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(bytes.count)).squareRoot()
    }

    /// The probability that the sum of `count` draws is at most `z` of its deviations above its mean: the characteristic
    /// function, inverted at that point (Gil-Pelaez 1951, with the steps of Davies 1973). No grid of values is in it.
    private func probability(_ count: Int, below z: Double) -> Double {
        let step = 2 * Double.pi / 40
        let root = Double(count).squareRoot()
        return (0..<60).reduce(0.5) { sum, index in
            let frequency = (Double(index) + 0.5) * step
            var (real, imaginary) = (0.0, 0.0)
            for value in bytes {
                let angle = frequency / root * (Double(value) - mean) / deviation
                real += cos(angle) / Double(bytes.count)
                imaginary += sin(angle) / Double(bytes.count)
            }
            let size = pow(real * real + imaginary * imaginary, Double(count) / 2)
            let angle = Double(count) * atan2(imaginary, real) - frequency * z
            return sum - size * sin(angle) / (Double.pi * (Double(index) + 0.5))
        }
    }

    /// The z below which the sum falls with that probability, by bisection.
    private func quantile(_ count: Int, _ wanted: Double) -> Double {
        var (low, high) = (-8.0, 8.0)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if probability(count, below: middle) < wanted { low = middle } else { high = middle }
        }
        return high
    }

    @Test("The yardstick knows the normal law, and the skewness that draws leave in it")
    func yardstick() {
        let skewness =
            bytes.reduce(0) { $0 + pow((Double($1) - mean) / deviation, 3) } / Double(bytes.count) / 4000.squareRoot()
        #expect(skewness > 0.02)
        for z in [-2.0, 0, 1, 3] {
            let normal = erfc(-z / 2.squareRoot()) / 2
            let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            // The first term of Edgeworth's series.
            let expected = normal - density * skewness / 6 * (z * z - 1)
            #expect(abs(probability(4000, below: z) - expected) < 2e-4, "\(z)")
        }
    }

    /// A cell is about a thousandth of the sum's deviation. What splitting a value adds to the deviation would show in
    /// 60,000 draws.
    @Test("The limit for a probability is the exact one to half a cell", arguments: [4000, 60_000])
    func limits(count: Int) {
        let deviation = deviation * Double(count).squareRoot()
        let capacity = BatchCapacity(bytes: bytes, limit: 1)
        for wanted in [0.001, 0.5, 0.99, 0.999] {
            let exact = mean * Double(count) + quantile(count, wanted) * deviation
            let found = Double(capacity.leastLimit(for: count, probability: wanted))
            #expect(abs(found - exact) < 6e-4 * deviation, "\(wanted)")
        }
    }

    @Test("The largest number that fits is the exact one", arguments: [0.5, 0.99, 0.999])
    func largest(wanted: Double) {
        let capacity = BatchCapacity(bytes: bytes, limit: 12_000_000_000_000)
        let found = capacity.largest(probability: wanted)
        func exact(_ count: Int) -> Double {
            let spread = deviation * Double(count).squareRoot()
            return probability(count, below: (Double(capacity.limit) - mean * Double(count)) / spread)
        }
        #expect(exact(found) >= wanted && exact(found + 1) < wanted)
    }
}
