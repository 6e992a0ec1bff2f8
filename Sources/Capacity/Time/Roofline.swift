import Descriptions

/// Times of one step on the fullest GPU: per kernel the larger of its bytes over the bandwidth and its arithmetic over
/// the peak, each at an efficiency that the GPU's data carry (Williams, Waterman, Patterson 2009, "Roofline"), and what
/// it costs beside.
///
/// All layers are taken alike: their kernels have one size, attention's that of the mean layer, in which its time is
/// almost linear.
struct Roofline: Sendable {
    let gpu: GPU
    let gpus: Int
    let share: ModelShare
    let weights: WeightFormat
    let format: CacheFormat
    let policy: CachePolicy

    private var configuration: ModelConfiguration { share.configuration }
    private var efficiencies: Efficiencies { gpu.efficiencies }
    private var kernels: KernelTimes { KernelTimes(gpu: gpu, efficiencies: gpu.efficiencies) }
    private var layers: Double { Double(configuration.layers) }

    /// A decode step: one token for each of `batch` sequences.
    /// - Parameter attended: slots that one sequence's token attends to, all layers and KV heads of this GPU together,
    ///   mean over the batch.
    func decode(batch: Int, attended: Double) -> StepTime { step(StepLoad(sequences: batch, each: attended)) }

    /// The mean of decode steps of `batch` sequences each; each of a part's times is the mean of that time. Its `seconds`
    /// are the mean of the steps' seconds where a part is bound by the same in all of them, which only attention could
    /// miss; it is then less than that mean.
    /// - Parameters:
    ///   - attended: slots that one sequence's token attends to in each of the steps, as in `decode`; at least one step.
    ///   - unevenness: how many times as many the longest sequence's token attends to.
    func meanStep(batch: Int, attended: [Double], unevenness: Double) -> StepTime {
        func load(_ slots: Double) -> StepLoad {
            var load = StepLoad(sequences: batch, each: slots)
            load.longest = slots * unevenness
            return load
        }
        var mean = step(load(attended[0]))
        for index in mean.parts.indices {
            let first = mean.parts[index]
            var sum = first
            for slots in attended.dropFirst() {
                // Only what looks at the cache differs from step to step.
                switch first.part {
                case .attention: sum.add(attention(load(slots)))
                case .probabilities: sum.add(probabilities(load(slots)) ?? first)
                default: sum.add(first)
                }
            }
            sum.scale(by: 1 / Double(attended.count))
            mean.parts[index] = sum
        }
        return mean
    }

    /// One step of an engine: decoding, a chunk of prompts, or both in one pass over the weights. Cheap: a few dozen
    /// operations and one array.
    func step(_ load: StepLoad) -> StepTime {
        guard !load.isEmpty else { return StepTime(parts: []) }
        let rows = Double(load.sequences + load.chunkTokens)
        let sampled = Double(load.sequences + load.endingPrompts)
        return StepTime(
            parts: [
                projections(rows),
                attention(load),
                probabilities(load),
                mlp(rows),
                sampled > 0 ? output(sampled) : nil,
                allReduce(tokens: rows),
                overhead(rows: rows, sampled: sampled),
            ].compactMap { $0 })
    }

    /// What a step costs beside its products and attention: the bytes that norms with the residual, rotation and the
    /// MLP's activation read and write in 16 bit, and the fixed costs of layers, sequences and the step.
    private func overhead(rows: Double, sampled: Double) -> OperationTime {
        let norms = 2 * 3 * configuration.hiddenSize
        let rotation = 2 * (share.heads + 2 * share.kvHeads) * configuration.headDim
        let bytes = rows * Double(2 * (norms + rotation + 3 * share.intermediate))
        let fixed = efficiencies.stepSeconds + sampled * efficiencies.sequenceSeconds
        return OperationTime(
            .overhead,
            memorySeconds: layers * bytes / (gpu.bandwidthBytesPerSecond * efficiencies.products.memory),
            fixedSeconds: fixed + layers * efficiencies.layerSeconds)
    }

    /// The prefill of one prompt, chunk after chunk; each chunk reads all weights once, and the cache so far.
    /// - Parameter chunks: the tokens of each chunk, the slots each of them attends to summed (pairs), and the slots
    ///   held at its end, both over this GPU's layers and KV heads.
    func prefill(_ chunks: [SequencePlan.Chunk]) -> StepTime {
        let steps = chunks.enumerated().map { index, chunk in
            var load = StepLoad()
            load.chunkTokens = chunk.tokens
            load.chunkPairs = chunk.pairs
            load.chunkSlots = chunk.slots
            load.endingPrompts = index == chunks.count - 1 ? 1 : 0
            return step(load)
        }
        return StepTime.total(of: steps)
    }

    /// From a prompt's arrival at an idle engine to its first token: the prefill, and the decode steps that some engines
    /// run before it is out. Those serve all that run, so that they are no part of a prompt's prefill.
    /// - Parameter slots: those that the prompt holds, over this GPU's layers and KV heads.
    func firstToken(after prefill: StepTime, slots: Double) -> StepTime {
        let late = decode(batch: 1, attended: slots)
        return StepTime.total(of: [prefill] + Array(repeating: late, count: efficiencies.firstTokenSteps))
    }

    /// Queries, keys and values as one product, the output projection as another, in every layer.
    private func projections(_ rows: Double) -> OperationTime {
        let hidden = Double(configuration.hiddenSize)
        let width = Double(configuration.headDim)
        let entry = layerProduct(
            .projections, rows, inner: hidden, columns: Double(share.heads + 2 * share.kvHeads) * width)
        return entry.followed(
            by: layerProduct(.projections, rows, inner: Double(share.heads) * width, columns: hidden))
    }

    /// Gate and up as one product, down as another, in every layer.
    private func mlp(_ rows: Double) -> OperationTime {
        let hidden = Double(configuration.hiddenSize)
        let width = Double(share.intermediate)
        return layerProduct(.mlp, rows, inner: hidden, columns: 2 * width)
            .followed(by: layerProduct(.mlp, rows, inner: width, columns: hidden))
    }

    private func layerProduct(
        _ part: OperationTime.Part, _ rows: Double, inner: Double, columns: Double
    ) -> OperationTime {
        kernels.product(
            part, rows: rows, inner: inner, columns: columns, weightBytes: weights.bytes(inner: inner),
            isNarrow: weights.bits == 8, kernels: layers)
    }

    private func output(_ rows: Double) -> OperationTime {
        kernels.product(
            .output, rows: rows, inner: Double(configuration.hiddenSize), columns: Double(share.vocabulary),
            weightBytes: weights.outputBytes(inner: Double(configuration.hiddenSize)))
    }

    /// Attention of a step: of its decoding sequences, then of its chunk, since they are kernels apart. It reads a key
    /// and a value of D channels from each slot once for the group's query heads. It reads what the policy keeps, not
    /// what the sequence was.
    private func attention(_ load: StepLoad) -> OperationTime {
        let width = Double(configuration.headDim)
        let slotBytes = format.slotBytes(headDim: configuration.headDim)
        var time: OperationTime?
        if load.sequences > 0 {
            let even = Double(load.sequences) * load.longest
            let slots = load.attended + efficiencies.attention.imbalance * max(0, even - load.attended)
            time = kernels.decodeAttention(
                slots: slots / layers, slotBytes: slotBytes, operations: 4 * width, group: share.groupSize,
                heads: load.sequences * share.kvHeads,
                longest: load.longest / (layers * Double(share.kvHeads)), kernels: layers)
        }
        guard load.chunkTokens > 0 else { return time ?? OperationTime(.attention) }
        let chunk = kernels.prefillAttention(
            pairs: load.chunkPairs, operations: 4 * width * share.groupSize, bytes: load.chunkSlots * slotBytes)
        return time?.followed(by: chunk) ?? chunk
    }

    /// H2O and TOVA look at probabilities, so attention must write them and the policy read them, in 16 bit, for each
    /// query head; H2O reads and writes a float32 score of each slot besides. Nil for policies that look at none.
    private func probabilities(_ load: StepLoad) -> OperationTime? {
        guard policy.looksAtProbabilities else { return nil }
        let looksAtAll = policy.prefill == .online || policy.isHeavyHitters
        let chunkPairs = looksAtAll ? load.chunkPairs : load.endingPrompts > 0 ? load.chunkSlots : 0
        let scores = policy.isHeavyHitters ? (load.attended + load.chunkSlots) * 8 : 0
        let bytes = (load.attended + chunkPairs) * share.groupSize * 4 + scores
        let rate = gpu.bandwidthBytesPerSecond * efficiencies.attention.decode.memory
        return OperationTime(.probabilities, memorySeconds: bytes / rate)
    }

    /// Two all-reduces a layer, of the residual stream in 16 bit, as rings: each GPU sends 2·(N − 1)/N of the message
    /// (Patarasuk and Yuan 2009) over one direction of its links. Small messages do not fill these, as small kernels do not
    /// fill a GPU. Nil for one GPU.
    private func allReduce(tokens: Double) -> OperationTime? {
        guard let both = gpu.interconnect(among: gpus) else { return nil }
        let count = 2 * layers
        let message = tokens * Double(configuration.hiddenSize) * 2
        let sent = 2 * Double(gpus - 1) / Double(gpus) * message
        let seconds = sent / (both / 2 * efficiencies.interconnect)
        let ramp = (seconds * efficiencies.allReduceRampSeconds).squareRoot()
        return OperationTime(
            .allReduce, memorySeconds: count * seconds,
            fixedSeconds: count * (Double(gpus - 1) * efficiencies.hopSeconds + ramp))
    }
}

extension CachePolicy {
    /// Whether it scores slots by attention received so far.
    var isHeavyHitters: Bool { if case .heavyHitters = self { true } else { false } }

    /// Whether it needs attention's probabilities, which flash attention never writes.
    var looksAtProbabilities: Bool { if case .leastAttended = self { true } else { isHeavyHitters } }
}

extension CachePolicy {
    /// Whether positions are those within the cache, so that a sequence may outgrow the context of the model.
    var runsPastContext: Bool { if case .streaming = self { true } else { false } }
}
