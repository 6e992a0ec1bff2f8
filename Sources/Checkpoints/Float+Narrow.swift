extension Float {
    /// The value of an IEEE 754 half's bits.
    package init(half bits: UInt16) {
        let (sign, exponent, fraction) = (UInt32(bits >> 15) << 31, UInt32(bits >> 10 & 31), UInt32(bits & 0x3FF))
        switch exponent {
        case 0: self = Float(bitPattern: (Float(fraction) * 0x1p-24).bitPattern | sign)
        case 31: self = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13 | (fraction == 0 ? 0 : 0x40_0000))
        default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }

    /// The nearest IEEE 754 half, ties to even; its bits.
    package var half: UInt16 {
        let sign = UInt16(bitPattern >> 16) & 0x8000
        let size = magnitude
        guard size.isFinite else { return sign | 0x7C00 | (isNaN ? 0x200 : 0) }
        // From here on a half would round up to 2^16, which it does not have.
        guard size < 65_520 else { return sign | 0x7C00 }
        guard size >= 0x1p-14 else { return sign | UInt16((size * 0x1p24).rounded(.toNearestOrEven)) }
        let bits = size.bitPattern - 112 << 23
        return sign | UInt16((bits + 0xFFF + (bits >> 13 & 1)) >> 13)
    }

    /// The nearest bfloat16, ties to even; its bits.
    package var bfloat16: UInt16 {
        guard isFinite else { return UInt16(truncatingIfNeeded: bitPattern >> 16) | (isNaN ? 0x40 : 0) }
        return UInt16(truncatingIfNeeded: (bitPattern + 0x7FFF + (bitPattern >> 16 & 1)) >> 16)
    }
}
