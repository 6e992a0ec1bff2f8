extension VariantPlan {
    /// The probability with which a batch of drawn prompts must fit, behind `max_batch_p999`.
    static let confidence = 0.999

    /// The projection.
    public func row() -> PlanRow {
        let ends = cacheBytes(after: request.tokens)
        let capacity = batchCapacity
        let fits = capacity.worstCase
        let batch = fits > 0 ? request.batch ?? fits : nil
        let step = batch.flatMap { $0 <= capacity.worstCase ? meanStepTime(batch: $0) : nil }
        let prefill = fits > 0 ? prefillTime().seconds : nil
        return PlanRow(
            policy: variant.word, model: request.model.name, gpu: request.gpu.name, gpus: request.gpus,
            gpuMemoryBytes: request.memoryBytes, promptTokens: request.promptTokens, newTokens: request.newTokens,
            pageSlots: request.pageSlots, kvBits: request.kvBits, utilization: request.utilization,
            budgetBytes: request.budgetBytes, compressionRatio: compressionRatio(after: request.tokens),
            weightsBytes: configuration.parameters * request.weightBits / 8, weightsBytesPerGPU: weightsBytesPerGPU,
            kvBytesPerSequence: Self.mean(ends.map(\.kv)), kvPeakBytesPerSequence: peakBytes().map(\.kv).max() ?? 0,
            stateBytesPerSequence: Self.mean(ends.map(\.state)), tableBytesPerSequence: Self.mean(ends.map(\.tables)),
            reservedBytes: reserve.total, reserved: reserve, availableBytesPerGPU: availableBytesPerGPU,
            maxBatch: fits, maxBatchP999: capacity.largest(probability: Self.confidence), limitedBy: limitedBy,
            batch: batch, stepSeconds: step?.seconds, step: step,
            throughputTokensPerSecond: Self.throughput(batch, step),
            requestThroughput: requestThroughput(batch, step, prefill), ttftSeconds: prefill, source: pattern.source,
            extendedFrom: pattern.extendedFrom(request.tokens),
            efficienciesOf: request.gpu.efficienciesOf ?? request.gpu.name, notes: notes(fits: fits))
    }

    private static func mean(_ values: [Int]) -> Int {
        Int((values.reduce(0) { $0 + Double($1) } / Double(values.count)).rounded())
    }

    private static func throughput(_ batch: Int?, _ step: StepTime?) -> Double? {
        guard let batch, let step else { return nil }
        return Double(batch) / step.seconds
    }

    /// Requests a second of an engine that prefills a batch's prompts one after another, then decodes them together:
    /// B / (B · ttft + N · step).
    private func requestThroughput(_ batch: Int?, _ step: StepTime?, _ prefill: Double?) -> Double? {
        guard let batch, let step, let prefill else { return nil }
        return Double(batch) / (Double(batch) * prefill + Double(request.newTokens) * step.seconds)
    }

    private func notes(fits: Int) -> [String] {
        var notes: [String] = []
        if let header = request.lengths?.trace?.header, pattern.source == .scaled {
            let isSmaller = header.configuration.parameters < configuration.parameters
            let kind = isSmaller ? "a smaller model" : "another model"
            notes.append("the pattern of \(header.model), \(kind), was mapped onto \(request.model.name)")
        }
        if pattern.source == .uniform { notes.append("every head is taken to be alike: no trace was given") }
        if let from = pattern.extendedFrom(request.tokens) {
            notes.append("recordings end after \(from) tokens or later; beyond, heads go on at their late rate")
        }
        if request.tokens > configuration.maxPositions, !variant.policy.runsPastContext {
            notes.append(
                "\(request.tokens) tokens are more than the \(configuration.maxPositions) that the model knows")
        }
        if let kvHeads = variant.kvHeads {
            notes.append("arithmetic on \(kvHeads) KV heads: no such \(request.model.name) was trained or run")
        }
        if let batch = request.batch, batch > fits {
            notes.append("a batch of \(batch) does not fit")
        }
        return notes
    }
}
