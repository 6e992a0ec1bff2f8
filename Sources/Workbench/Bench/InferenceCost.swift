import Descriptions

/// What a model must read and compute, whatever the program: what its speed is held to.
package struct InferenceCost {
    private let shape: ModelConfiguration
    private let elementType: ElementType
    /// Bytes of a cached number: the cache is in float32.
    private let cacheBytes = 4

    /// The cost of a model of this shape whose weights are stored so.
    package init(_ shape: ModelConfiguration, elementType: ElementType) {
        self.shape = shape
        self.elementType = elementType
    }

    /// Parameters of all layers' matrices.
    private var layerParameters: Int {
        let (queries, keys) = (shape.heads * shape.headDim, shape.kvHeads * shape.headDim)
        return shape.layers * shape.hiddenSize * (2 * queries + 2 * keys + 3 * shape.intermediateSize)
    }

    private var outputParameters: Int { shape.vocabularySize * shape.hiddenSize }

    /// Bytes of a parameter; in matrices of 8 bit each group of columns has a scale of four bytes besides.
    private var bytesPerParameter: Double {
        Double(elementType.bytes) + (shape.quantization.map { 4 / Double($0.groupSize) } ?? 0)
    }

    /// Bytes of one sequence's cache with `slots` slots in every head.
    package func cacheBytes(slots: Double) -> Double {
        Double(shape.layers * shape.kvHeads * 2 * shape.headDim * cacheBytes) * slots
    }

    /// One token of a prompt that sees `slots` slots in every head, its logits not wanted: every matrix of the layers is
    /// read once, and every slot.
    package func feed(slots: Double) -> (bytes: Double, operations: Double) {
        (
            Double(layerParameters) * bytesPerParameter + cacheBytes(slots: slots),
            2 * Double(layerParameters) + attention(pairs: slots)
        )
    }

    /// A decode step of `batch` sequences, each of which sees `slots` slots in every head: every matrix is read once,
    /// and every slot.
    package func decode(batch: Int, slots: Double) -> (bytes: Double, operations: Double) {
        let parameters = Double(layerParameters + outputParameters)
        return (
            parameters * bytesPerParameter + Double(batch) * cacheBytes(slots: slots),
            Double(batch) * (2 * parameters + attention(pairs: slots))
        )
    }

    /// The prefill of `tokens` tokens, the output layer for the last alone. At a compression ratio of `ratio` a query
    /// sees a slot for so many tokens.
    package func prefill(tokens: Int, ratio: Double) -> (bytes: Double, operations: Double) {
        let count = Double(tokens)
        return (
            Double(layerParameters + outputParameters) * bytesPerParameter,
            2 * (Double(layerParameters) * count + Double(outputParameters))
                + attention(pairs: count * (count + 1) / 2 / ratio)
        )
    }

    /// Two operations a channel for the score and two for the sum, for every query head and pair of query and slot.
    private func attention(pairs: Double) -> Double { Double(shape.layers * shape.heads * 4 * shape.headDim) * pairs }
}
