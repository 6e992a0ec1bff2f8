import Descriptions

/// A tensor to be written into a safetensors file.
package struct StoredTensor {
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
        self.values = elementType == .bfloat16 ? values.map { $0.roundedToBFloat16 } : values
    }

    /// The numbers as they stand in a file.
    package var bytes: [UInt8] {
        values.flatMap { value in
            if elementType == .int8 { return [UInt8(bitPattern: Int8(value.rounded()))] }
            let bits = value.bitPattern
            let all = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
            return elementType == .bfloat16 ? Array(all[2...]) : all
        }
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
