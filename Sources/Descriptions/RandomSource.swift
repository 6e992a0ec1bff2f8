/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same numbers on every machine.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A stream of its own for each pair of a seed and an index, so that a prompt's numbers do not depend on which
    /// prompts ran before it.
    public init(seed: UInt64, stream: Int = 0) {
        state = seed
        state = next() &+ UInt64(bitPattern: Int64(stream)) &* 0x9E37_79B9_7F4A_7C15
        state = next()
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, 1.
    public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
