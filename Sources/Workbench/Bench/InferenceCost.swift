import Descriptions

/// What a model must read and compute, whatever the program: what its speed is held to.
struct InferenceCost {
    private let shape: ModelConfiguration
    private let elementType: ElementType
    /// Bytes of a cached number: the cache is in float32.
    private let cacheBytes = 4

    /// The cost of a model of this shape whose weights are stored so.
    init(_ shape: ModelConfiguration, elementType: ElementType) {
        self.shape = shape
        self.elementType = elementType
    }

    /// Parameters of all layers' matrices.
    private var layerParameters: Int {
        let (queries, keys) = (shape.heads * shape.headDim, shape.kvHeads * shape.headDim)
        return shape.layers * shape.hiddenSize * (2 * queries + 2 * keys + 3 * shape.intermediateSize)
    }

    private var outputParameters: Int { shape.vocabularySize * shape.hiddenSize }

    /// Bytes of one sequence's cache with `slots` slots in every head.
    func cacheBytes(slots: Double) -> Double {
        Double(shape.layers * shape.kvHeads * 2 * shape.headDim * cacheBytes) * slots
    }

    /// A decode step of `batch` sequences, each of which sees `slots` slots in every head: every matrix is read once,
    /// and every slot.
    func decode(batch: Int, slots: Double) -> (bytes: Double, operations: Double) {
        let parameters = layerParameters + outputParameters
        return (
            Double(parameters * elementType.bytes) + Double(batch) * cacheBytes(slots: slots),
            Double(batch) * (2 * Double(parameters) + attention(pairs: slots))
        )
    }

    /// The prefill of `tokens` tokens, the output layer for the last alone. At a compression ratio of `ratio` a query
    /// sees a slot for so many tokens.
    func prefill(tokens: Int, ratio: Double) -> (bytes: Double, operations: Double) {
        let count = Double(tokens)
        return (
            Double((layerParameters + outputParameters) * elementType.bytes),
            2 * (Double(layerParameters) * count + Double(outputParameters))
                + attention(pairs: count * (count + 1) / 2 / ratio)
        )
    }

    /// Two operations a channel for the score and two for the sum, for every query head and pair of query and slot.
    private func attention(pairs: Double) -> Double { Double(shape.layers * shape.heads * 4 * shape.headDim) * pairs }
}

extension MachineLimits {
    /// The least time that so much can take, and what it is bound by. Where products of bfloat16 numbers were not
    /// measured, they are taken to be twice as fast as those of singles: a vector holds twice as many.
    func least(
        _ cost: (bytes: Double, operations: Double), _ arithmetic: ArithmeticMode
    ) -> (seconds: Double, limit: BenchResult.Limit) {
        let peak = arithmetic == .bfloat16 ? bfloat16FLOPS ?? 2 * float32FLOPS : float32FLOPS
        let (memory, compute) = (cost.bytes / readBytesPerSecond, cost.operations / peak)
        return memory > compute ? (memory, .memory) : (compute, .compute)
    }
}
