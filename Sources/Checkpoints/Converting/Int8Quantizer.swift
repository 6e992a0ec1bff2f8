import Descriptions

/// Makes rows of weights whole numbers of 8 bit, each to the nearest: a group's scale is its largest magnitude over 127,
/// so that no weight is more than half a scale from its number.
struct Int8Quantizer {
    let quantization: WeightQuantization

    /// Sums of squares that tell how good it was.
    struct Loss {
        /// Of the weights.
        var weights = 0.0
        /// Of what each weight is off.
        var differences = 0.0

        static func += (sum: inout Loss, other: Loss) {
            sum.weights += other.weights
            sum.differences += other.differences
        }
    }

    /// Quantizes `rows` rows of `columns` weights.
    /// - Parameters:
    ///   - values: `[rows, columns]`.
    ///   - scales: `[rows, groups]`.
    /// - Returns: the loss; its sums are not finite where a weight is not.
    func quantize(
        _ weights: UnsafePointer<Float>, rows: Int, columns: Int, values: UnsafeMutablePointer<Int8>,
        scales: UnsafeMutablePointer<Float>
    ) -> Loss {
        var loss = Loss()
        let groups = quantization.groups(columns: columns)
        for row in 0..<rows {
            for group in 0..<groups {
                let first = group * quantization.groupSize
                let start = row * columns + first
                let count = min(quantization.groupSize, columns - first)
                scales[row * groups + group] = quantize(weights + start, count, values + start, &loss)
            }
        }
        return loss
    }

    /// Quantizes a group and returns its scale.
    private func quantize(
        _ weights: UnsafePointer<Float>, _ count: Int, _ values: UnsafeMutablePointer<Int8>, _ loss: inout Loss
    ) -> Float {
        // Of numbers without their sign the bits are ordered as the numbers are, what is not a number last.
        var largest: UInt32 = 0
        for index in 0..<count { largest = max(largest, weights[index].bitPattern & 0x7FFF_FFFF) }
        var scale = Float(bitPattern: largest) / 127
        guard scale.isFinite else {
            loss.differences = .infinity
            return 0
        }
        if scale < .leastNormalMagnitude { scale = 0 }
        let inverse = scale > 0 ? 1 / scale : 0
        for index in 0..<count {
            // Adding and taking off 1.5 · 2^23 rounds to the nearest whole number, ties to even.
            let number = (weights[index] * inverse + 0x1.8p23) - 0x1.8p23
            values[index] = Int8(truncatingIfNeeded: Int32(number))
            let difference = weights[index] - number * scale
            loss.differences += Double(difference * difference)
            loss.weights += Double(weights[index] * weights[index])
        }
        return scale
    }
}
