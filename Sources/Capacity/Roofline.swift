import Descriptions

/// Times of one step on the fullest GPU: per operation the larger of its bytes over the bandwidth and its arithmetic
/// over the peak, each at an efficiency that the GPU's data carry (Williams, Waterman, Patterson 2009, "Roofline").
///
/// Counted are weights, cache and probabilities; activations between operations are left out, since at the batches
/// that fit they are a small part of the weights. All layers are summed: they are alike, but for their heads' lengths,
/// in which attention is linear.
struct Roofline: Sendable {
    let gpu: GPU
    let gpus: Int
    let share: ModelShare
    let weightBits: Int
    let kvBits: Int
    let prefillChunk: Int
    let policy: CachePolicy

    private var configuration: ModelConfiguration { share.configuration }
    private var efficiencies: Efficiencies { gpu.efficiencies }

    /// A decode step: one token for each of `batch` sequences.
    /// - Parameter attended: slots that one sequence's token attends to, all layers and KV heads of this GPU together,
    ///   mean over the batch.
    func decode(batch: Int, attended: Double) -> StepTime { step(StepLoad(sequences: batch, each: attended)) }

    /// One step of an engine: decoding, a chunk of prompts, or both in one pass over the weights. Cheap: a few dozen
    /// operations and one array.
    func step(_ load: StepLoad) -> StepTime {
        guard !load.isEmpty else { return StepTime(parts: []) }
        let rows = Double(load.sequences + load.chunkTokens)
        let sampled = Double(load.sequences + load.endingPrompts)
        return StepTime(
            parts: [
                product(.projections, parameters: share.projections, tokens: rows),
                attention(load),
                probabilities(load),
                product(.mlp, parameters: share.mlp, tokens: rows),
                sampled > 0 ? product(.output, parameters: share.output, tokens: sampled) : nil,
                allReduce(tokens: rows, passes: 1),
                overhead(sequences: sampled, passes: 1),
            ].compactMap { $0 })
    }

    /// Attention of a step: of its decoding sequences, then of its chunk, since they are kernels apart.
    private func attention(_ load: StepLoad) -> OperationTime {
        let decode = attention(
            pairs: load.attended, slotsRead: load.attended, efficiency: efficiencies.matrixCompute)
        guard load.chunkTokens > 0 else { return decode }
        let chunk = attention(
            pairs: load.chunkPairs, slotsRead: load.chunkSlots, efficiency: efficiencies.attentionCompute)
        return decode.followed(by: chunk)
    }

    private func probabilities(_ load: StepLoad) -> OperationTime? {
        let looksAtAll = policy.prefill == .online || policy.isHeavyHitters
        let pairs = looksAtAll ? load.chunkPairs : load.endingPrompts > 0 ? load.chunkSlots : 0
        return probabilities(pairs: load.attended + pairs, slots: load.attended + load.chunkSlots)
    }

    /// The prefill of one prompt of `tokens`, in chunks; each chunk reads all weights once, and the cache so far.
    /// - Parameters:
    ///   - pairs: slots attended to, summed over the prompt's tokens and this GPU's layers and KV heads.
    ///   - attended: the same for the last token alone.
    func prefill(tokens: Int, pairs: Double, attended: Double) -> StepTime {
        let passes = Double((tokens + prefillChunk - 1) / prefillChunk)
        let tokens = Double(tokens)
        let looksAtAll = policy.prefill == .online || policy.isHeavyHitters
        return StepTime(
            parts: [
                product(.projections, parameters: share.projections, tokens: tokens, passes: passes),
                attention(pairs: pairs, slotsRead: passes * attended, efficiency: efficiencies.attentionCompute),
                probabilities(pairs: looksAtAll ? pairs : attended, slots: attended),
                product(.mlp, parameters: share.mlp, tokens: tokens, passes: passes),
                product(.output, parameters: share.output, tokens: 1),
                allReduce(tokens: tokens, passes: passes),
                overhead(sequences: 1, passes: passes),
            ].compactMap { $0 })
    }

    /// A product of activations and weights: every weight is read once a pass, and does one multiply-add (two
    /// operations) a token.
    private func product(
        _ part: OperationTime.Part, parameters: Int, tokens: Double, passes: Double = 1
    ) -> OperationTime {
        let bytes = Double(parameters) * Double(weightBits) / 8 * passes
        return OperationTime(
            part,
            memorySeconds: bytes / (gpu.bandwidthBytesPerSecond * efficiencies.weightsMemory),
            computeSeconds: 2 * Double(parameters) * tokens / (gpu.bf16FLOPS * efficiencies.matrixCompute))
    }

    /// Attention reads a key and a value of D channels from each slot once for the group's query heads, and does
    /// 2·D operations for the score and 2·D for the sum for each query head. It reads what the policy keeps, not what
    /// the sequence was.
    private func attention(pairs: Double, slotsRead: Double, efficiency: Double) -> OperationTime {
        let width = Double(configuration.headDim)
        let bytes = slotsRead * 2 * width * Double(kvBits) / 8
        return OperationTime(
            .attention,
            memorySeconds: bytes / (gpu.bandwidthBytesPerSecond * efficiencies.attentionMemory),
            computeSeconds: pairs * 4 * width * share.groupSize / (gpu.bf16FLOPS * efficiency))
    }

    /// H2O and TOVA look at probabilities, so attention must write them and the policy read them, in 16 bit, for each
    /// query head; H2O reads and writes a float32 score of each slot besides. Nil for policies that look at none.
    private func probabilities(pairs: Double, slots: Double) -> OperationTime? {
        guard policy.looksAtProbabilities else { return nil }
        let scores = policy.isHeavyHitters ? slots * 8 : 0
        let bytes = pairs * share.groupSize * 4 + scores
        return OperationTime(
            .probabilities, memorySeconds: bytes / (gpu.bandwidthBytesPerSecond * efficiencies.attentionMemory))
    }

    /// Two all-reduces a layer, of the residual stream in 16 bit, as rings: each GPU sends 2·(N − 1)/N of the message
    /// (Patarasuk and Yuan 2009) over one direction of its links. Nil for one GPU.
    private func allReduce(tokens: Double, passes: Double) -> OperationTime? {
        guard gpus > 1, let both = gpu.interconnectBytesPerSecond else { return nil }
        let count = 2 * Double(configuration.layers)
        let message = tokens * Double(configuration.hiddenSize) * 2
        let sent = 2 * Double(gpus - 1) / Double(gpus) * message
        return OperationTime(
            .allReduce, memorySeconds: count * sent / (both / 2 * efficiencies.interconnect),
            fixedSeconds: count * passes * efficiencies.allReduceSeconds)
    }

    private func overhead(sequences: Double, passes: Double) -> OperationTime {
        let layers = Double(configuration.layers) * efficiencies.layerSeconds
        return OperationTime(
            .overhead,
            fixedSeconds: passes * (layers + efficiencies.stepSeconds) + sequences * efficiencies.sequenceSeconds)
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
