import Descriptions

/// Predicts what was measured, on a GPU at given efficiencies.
struct TimeModel: Sendable {
    /// The GPU, its efficiencies replaced by those asked for.
    let gpu: GPU
    private let kernels: KernelTimes

    init(gpu: GPU, efficiencies: Efficiencies) {
        var gpu = gpu
        gpu.efficiencies = efficiencies
        self.gpu = gpu
        kernels = KernelTimes(gpu: gpu, efficiencies: efficiencies)
    }

    /// Seconds of what `measurement` timed.
    func seconds(_ measurement: Measurement) -> Double {
        switch measurement.subject {
        case .product(let rows, let inner, let columns):
            kernels.product(
                .projections, rows: Double(rows), inner: Double(inner), columns: Double(columns), weightBytes: 2
            ).seconds
        case .attention(let shape): attention(shape).seconds
        case .uneven(let batch):
            batch.evenSeconds
                + gpu.efficiencies.attention.imbalance * (batch.longestSeconds - batch.evenSeconds)
        case .served(let batch): served(batch, measurement.quantity)
        }
    }

    private func attention(_ shape: AttentionShape) -> OperationTime {
        let heads = shape.sequences * shape.kvHeads
        let width = Double(shape.headDim)
        return kernels.decodeAttention(
            slots: Double(heads) * Double(shape.context), slotBytes: 4 * width, operations: 4 * width,
            group: Double(shape.heads) / Double(shape.kvHeads), heads: heads, longest: Double(shape.context))
    }

    /// Seconds of a quantity of a batch.
    func served(_ batch: ServedBatch, _ quantity: MeasuredQuantity) -> Double {
        let engine = EngineTimes(batch, gpu: gpu)
        let middle = Double(batch.promptTokens) + Double(batch.newTokens) / 2
        switch quantity {
        case .firstToken: return engine.firstToken
        case .batchLatency:
            return engine.prefill(prompts: batch.batch) + Double(batch.newTokens - 1) * engine.decode(middle)
        case .tokenTime: return engine.closedLoopStep(middle)
        default: return engine.decode(middle)
        }
    }
}

/// Times of an engine that keeps a plain cache, for sequences of equal length.
struct EngineTimes {
    private let batch: ServedBatch
    private let roofline: Roofline
    private let slotsPerToken: Double

    init(_ batch: ServedBatch, gpu: GPU) {
        self.batch = batch
        roofline = Self.roofline(batch, gpu: gpu)
        slotsPerToken = Double(batch.model.configuration.layers * roofline.share.kvHeads)
    }

    /// The times of a plain cache on the fullest GPU.
    static func roofline(_ batch: ServedBatch, gpu: GPU) -> Roofline {
        Roofline(
            gpu: gpu, gpus: batch.gpus, share: batch.share, weights: WeightFormat(bits: batch.weightBits),
            format: CacheFormat(bits: batch.kvBits), policy: .full)
    }

    /// A decode step at a context, mean over the sequences.
    func decode(_ context: Double) -> Double {
        roofline.decode(batch: batch.batch, attended: context * slotsPerToken).seconds
    }

    /// From a prompt's arrival at an idle engine to its first token.
    var firstToken: Double {
        let tokens = batch.promptTokens
        let slots = Double(tokens) * slotsPerToken
        let prefill = roofline.prefill([(tokens, slots * Double(tokens + 1) / 2, slots)])
        return roofline.firstToken(after: prefill, slots: slots).seconds
    }

    /// Prompts one after another, packed into chunks of 2,048 tokens.
    func prefill(prompts: Int) -> Double {
        let tokens = batch.promptTokens * prompts
        let slots = Double(tokens) * slotsPerToken
        let chunks = max(1, (Double(tokens) / 2048).rounded(.up))
        var load = StepLoad()
        load.chunkTokens = Int((Double(tokens) / chunks).rounded())
        load.chunkPairs = slots * Double(batch.promptTokens + 1) / 2 / chunks
        load.chunkSlots = slots / chunks
        load.endingPrompts = max(1, Int((Double(prompts) / chunks).rounded()))
        return chunks * roofline.step(load).seconds
    }

    /// A step of a loop in which a new prompt comes for each sequence that ends: of every N steps, each sequence's place
    /// has one prompt prefilled beside the others' decoding.
    func closedLoopStep(_ context: Double) -> Double {
        let share = Double(batch.batch) / Double(batch.newTokens)
        var load = StepLoad(sequences: batch.batch, each: context * slotsPerToken)
        let tokens = share * Double(batch.promptTokens)
        load.chunkTokens = Int(tokens.rounded())
        load.chunkSlots = tokens * slotsPerToken
        load.chunkPairs = load.chunkSlots * Double(batch.promptTokens + 1) / 2
        return roofline.step(load).seconds
    }

    /// Whether sequences waited for memory so long that it shows in the mean of their steps: where they do not all fit
    /// before the last twentieth of what they generate.
    static func waits(_ batch: ServedBatch, memoryBytes: Int) -> Bool {
        let tokens = Double(batch.promptTokens) + 0.95 * Double(batch.newTokens)
        let room = Double(batch.pages(memoryBytes: memoryBytes)) * Double(batch.setup.pageSlots)
        return Double(batch.batch) * tokens > room
    }

    /// Bytes of weights on the fullest GPU.
    static func weightBytes(_ batch: ServedBatch) -> Double {
        Double(batch.share.weightBytes(WeightFormat(bits: batch.weightBits)))
    }

    /// Bytes of a token's keys and values on the fullest GPU.
    static func tokenBytes(_ batch: ServedBatch) -> Double {
        let configuration = batch.model.configuration
        return Double(4 * configuration.headDim * configuration.layers * batch.share.kvHeads)
    }
}
