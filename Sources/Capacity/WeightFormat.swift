import Descriptions

/// How weights are stored: their bits, and what scales take beside.
struct WeightFormat: Hashable, Sendable {
    /// Bits of a weight of the layers' products.
    let bits: Int
    /// Bits of scale that some inputs of an output channel share.
    let scaleBits: Int
    /// Inputs that share a scale; nil for all of a channel.
    let group: Int?
    /// Whether the output layer is stored so, too; else it keeps 16 bits at least, as embeddings and norms do.
    let hasOutput: Bool

    /// What checkpoints of so many bits have. Below 16 published ones quantise the products of the layers alone: in 8 bits
    /// with a scale of 16 for an output channel (compressed-tensors, FP8 and INT8), in 4 with a scale of 16 and a zero
    /// point of 4 for each group of 128 inputs (AWQ and GPTQ). Headroom's own int8 has a scale of 32 bits for a group, and
    /// takes in the output layer.
    /// - Parameter quantization: how the model's own matrices are quantised, if they are.
    init(bits: Int, quantization: WeightQuantization? = nil) {
        self.bits = bits
        if bits == 8, let quantization {
            (scaleBits, group, hasOutput) = (32, quantization.groupSize, true)
        } else {
            scaleBits = bits >= 16 ? 0 : bits == 8 ? 16 : 20
            group = bits == 4 ? 128 : nil
            hasOutput = bits >= 16
        }
    }

    /// Bytes of a weight of a product with so many inputs, its share of the scales included.
    func bytes(inner: Double) -> Double {
        (Double(bits) + Double(scaleBits) / (group.map(Double.init) ?? inner)) / 8
    }

    /// The same for the output layer.
    func outputBytes(inner: Double) -> Double { hasOutput ? bytes(inner: inner) : 2 }
}
