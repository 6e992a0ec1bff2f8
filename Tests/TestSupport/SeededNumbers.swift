import Foundation

/// Numbers for tests, the same in every run (xorshift64*; Marsaglia, 2003, and Vigna, 2016).
package struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    /// A stream of its own for each seed.
    package init(seed: UInt64) {
        state = (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15 | 1
        for _ in 0..<8 { _ = next() }
    }

    package mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// A number from 0 up to, not including, 1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number from the normal distribution with mean 0 and that deviation.
    package mutating func normal(_ deviation: Double = 1) -> Float {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return Float(deviation * radius * cos(2 * .pi * unit()))
    }

    /// `count` numbers from the normal distribution.
    package mutating func normals(_ count: Int, _ deviation: Double = 1) -> [Float] {
        (0..<count).map { _ in normal(deviation) }
    }

    /// `count` whole numbers below `limit`.
    package mutating func integers(_ count: Int, below limit: Int) -> [Int] {
        (0..<count).map { _ in Int.random(in: 0..<limit, using: &self) }
    }
}
