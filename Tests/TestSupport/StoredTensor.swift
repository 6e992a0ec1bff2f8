import Descriptions

/// A tensor to be written into a safetensors file.
package struct StoredTensor: Sendable {
    /// Sizes, outermost first.
    package var shape: [Int]
    /// The numbers, already rounded to `elementType`.
    package var values: [Float]
    /// How they are stored.
    package var elementType: ElementType

    /// A tensor of `values`, rounded to `elementType`.
    package init(shape: [Int], values: [Float], elementType: ElementType = .float32) {
        self.shape = shape
        self.elementType = elementType
        self.values =
            switch elementType {
            case .float32, .int8: values
            case .float16: values.map { Float(Float16($0)) }
            case .bfloat16: values.map { $0.roundedToBFloat16 }
            }
    }

    /// The numbers as they stand in a file.
    package var bytes: [UInt8] {
        values.flatMap { value in
            switch elementType {
            case .float32: Self.bytes(of: value.bitPattern)
            case .float16: Self.bytes(of: Float16(value).bitPattern)
            case .bfloat16: Self.bytes(of: UInt16(truncatingIfNeeded: value.bitPattern >> 16))
            case .int8: [UInt8(bitPattern: Int8(value.rounded()))]
            }
        }
    }
}

extension StoredTensor {
    private static func bytes<Bits: FixedWidthInteger>(of bits: Bits) -> [UInt8] {
        (0..<Bits.bitWidth / 8).map { UInt8(truncatingIfNeeded: bits >> Bits(8 * $0)) }
    }
}

extension Float {
    /// The nearest bfloat16, ties to even.
    package var roundedToBFloat16: Float {
        guard isFinite else { return self }
        let odd = (bitPattern >> 16) & 1
        return Float(bitPattern: (bitPattern + 0x7FFF + odd) & 0xFFFF_0000)
    }
}
