import Checkpoints
import TestSupport
import Testing

@Suite("Numbers of 16 bits")
struct NarrowNumberTests {
    @Test("Every half widens to its number")
    func widening() {
        for bits in UInt16.min...UInt16.max {
            let (found, expected) = (Float(half: bits), Float(Float16(bitPattern: bits)))
            #expect(found.bitPattern == expected.bitPattern || (found.isNaN && expected.isNaN), "\(bits)")
        }
    }

    @Test("A number is rounded to the nearest half, ties to even")
    func rounding() {
        var numbers = SeededNumbers(seed: 3)
        // Any bits; numbers that halves have room for; every half, and the middle between it and the next.
        var values = (0..<20_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: numbers.next())) }
        values += (0..<20_000).map { _ in
            numbers.normal() * Float(sign: .plus, exponent: Int(numbers.next() % 44) - 28, significand: 1)
        }
        for bits in UInt16(0)..<0x7C00 {
            let (one, next) = (Float(half: bits), Float(half: bits + 1))
            values += [one, -one, (one + min(next, 65_536)) / 2]
        }
        for value in values {
            let (found, expected) = (value.half, Float16(value).bitPattern)
            #expect(found == expected || (value.isNaN && Float(half: found).isNaN), "\(value)")
        }
    }

    @Test("A number is rounded to the nearest bfloat16, ties to even")
    func bfloat16() {
        var numbers = SeededNumbers(seed: 4)
        for _ in 0..<20_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: numbers.next()))
            guard value.isFinite else { continue }
            #expect(Float(bitPattern: UInt32(value.bfloat16) << 16).bitPattern == value.roundedToBFloat16.bitPattern)
        }
        #expect(Float.infinity.bfloat16 == 0x7F80 && Float.nan.bfloat16 & 0x7FFF > 0x7F80)
    }
}
