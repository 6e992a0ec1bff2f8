import Descriptions

extension VariantPlan {
    /// The projection.
    public func row() -> PlanRow {
        let totals = sequence.totals
        let odds = BatchOdds(batchCapacity)
        let fits = odds.worst
        let batch = fits > 0 ? request.batch ?? fits : nil
        let step = batch.flatMap { $0 <= fits ? meanStepTime(batch: $0) : nil }
        let prefill = fits > 0 ? prefillTime() : nil
        return PlanRow(
            policy: variant.word, groupTraining: groupTraining, model: request.model.name, gpu: request.gpu.name,
            gpus: request.gpus,
            gpuMemoryBytes: request.memoryBytes, promptTokens: request.promptTokens, newTokens: request.newTokens,
            pageSlots: request.pageSlots, allocation: request.allocation, blockTables: request.tableSharing,
            placement: request.placement, kvBits: memory.format.bits, kvScaleBits: memory.format.scaleBits,
            weightBits: request.weightBits, utilization: request.utilization,
            budgetBytes: request.budgetBytes, compressionRatio: totals.compressionRatio,
            weightsBytes: weightsBytes, weightsBytesPerGPU: weightsBytesPerGPU,
            kvLogicalBytesPerSequence: totals.end.logical, kvBytesPerSequence: totals.end.kv,
            kvPeakBytesPerSequence: totals.peakKV, stateBytesPerSequence: totals.end.state,
            tableBytesPerSequence: totals.end.tables, kvImbalance: totals.imbalance, reservedBytes: reserve.total,
            reserved: reserve,
            availableBytesPerGPU: availableBytesPerGPU,
            maxBatch: fits, maxBatchP50: odds.p50, maxBatchP99: odds.p99, maxBatchP999: odds.p999,
            kvCacheTokens: engineTokens, maxConcurrency: engineConcurrency, limitedBy: limitedBy,
            batch: batch, stepSeconds: step?.seconds, step: step,
            throughputTokensPerSecond: Self.throughput(batch, step),
            requestThroughput: requestThroughput(batch, step, prefill),
            ttftSeconds: prefill.map { firstTokenTime(after: $0).seconds }, source: source, extendedFrom: extendedFrom,
            efficienciesOf: request.gpu.efficienciesOf ?? request.gpu.name, engine: request.gpu.calibration?.title,
            timeSource: request.gpu.timeSource, stepError: request.gpu.stepError,
            ttftError: request.gpu.firstTokenError, timeNotes: timeNotes(batch),
            extrapolations: extrapolations(batch), notes: notes(fits: fits))
    }

    /// Whether the KV heads that are left were trained so; nil where every query head has its own.
    var groupTraining: GroupTraining? {
        configuration.kvHeads < request.model.configuration.kvHeads ? .untrained : request.model.groupTraining
    }

    /// Where head lengths come from.
    var source: PlanRow.Source { pattern.source }

    /// Tokens of the shortest recording that is extended beyond its end; nil where none is.
    var extendedFrom: Int? { pattern.extendedFrom(request.tokens) }

    private static func throughput(_ batch: Int?, _ step: StepTime?) -> Double? {
        guard let batch, let step else { return nil }
        return Double(batch) / step.seconds
    }

    /// Requests a second of an engine that prefills a batch's prompts one after another, then decodes them together:
    /// B / (B · prefill + N · step).
    private func requestThroughput(_ batch: Int?, _ step: StepTime?, _ prefill: StepTime?) -> Double? {
        guard let batch, let step, let prefill else { return nil }
        return Double(batch) / (Double(batch) * prefill.seconds + Double(request.newTokens) * step.seconds)
    }

    /// What a reader must know where so many sequences fit.
    func notes(fits: Int) -> [String] {
        var notes: [String] = []
        if let header = request.lengths?.trace?.header, pattern.source == .scaled {
            let isSmaller = header.configuration.parameters < configuration.parameters
            let kind = isSmaller ? "a smaller model" : "another model"
            notes.append("the pattern of \(header.model), \(kind), was mapped onto \(request.model.name)")
        }
        if pattern.source != .arithmetic, let note = request.lengths?.trace?.shardNote {
            notes.append("the trace is \(note)")
        }
        if pattern.source == .uniform { notes.append("every head is taken to be alike: no trace was given") }
        if let from = extendedFrom {
            notes.append("recordings end after \(from) tokens or later; beyond, heads go on at their late rate")
        }
        if request.tokens > configuration.maxPositions, !variant.policy.runsPastContext {
            notes.append(
                "\(request.tokens) tokens are more than the \(configuration.maxPositions) that the model knows")
        }
        if request.tableSharing == .shared, let reason = sharedNote { notes.append(reason) }
        if !sharesEvenly {
            notes.append(
                "\(request.gpus) GPUs share \(configuration.heads) heads and \(configuration.kvHeads) KV heads unevenly: "
                    + "engines such as vLLM refuse that")
        }
        if let kvHeads = variant.kvHeads {
            notes.append("arithmetic on \(kvHeads) KV heads: no such \(request.model.name) was trained or run")
        }
        if let batch = request.batch, batch > fits {
            notes.append("a batch of \(batch) does not fit")
        }
        return notes
    }

    /// Whether every GPU gets as many query heads, and as many KV heads or a copy of one of them on as many GPUs.
    private var sharesEvenly: Bool {
        let (gpus, kvHeads) = (request.gpus, configuration.kvHeads)
        return configuration.heads % gpus == 0 && (kvHeads % gpus == 0 || gpus % kvHeads == 0)
    }

    /// What one table for all heads leaves open.
    private var sharedNote: String? {
        switch variant.policy {
        case .heavyHitters, .leastAttended:
            "which tokens each head drops is not known here; in one table for all heads none is counted as given back"
        case .dmc where request.lengths?.trace != nil && request.lengths?.ratio != nil:
            "which tokens merge at another ratio is not known; in one table for all heads every token keeps its place"
        default: nil
        }
    }
}
