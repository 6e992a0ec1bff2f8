extension VariantPlan {
    /// Bytes of weights on the fullest GPU.
    var weightsBytesPerGPU: Int { share.weightBytes(request.weights) }

    /// Bytes of weights, each counted once.
    var weightsBytes: Int {
        let alone = Placement(kvHeads: configuration.kvHeads, gpus: 1, layers: configuration.layers)
        return ModelShare(configuration, placement: alone).weightBytes(request.weights)
    }

    /// What of each GPU's memory neither weights nor cache may use.
    ///
    /// Activations of one chunk, in 16 bit: the residual stream and a copy, and the widest of what a layer holds at
    /// once, attention's queries, keys, values and output, or the MLP's gate, up and product. Probabilities, in
    /// float32: of the chunk's queries over all they attend to, in one layer, where the policy looks at them. Logits are of
    /// the whole vocabulary on every GPU, converted to float32 and sampled from a copy (vLLM issue 27508 ran out of memory
    /// there: 786 MiB for 1,024 sequences and 201,088 words). Context and graphs lie in the margin, which is never smaller
    /// than they are.
    var reserve: PlanRow.Reserve {
        var reserve = reserve(of: request.memoryBytes - request.driverBytes)
        reserve.driver = request.driverBytes
        return reserve
    }

    /// The same where a process sees so many bytes of memory, and nothing is the driver's.
    func reserve(of memory: Int) -> PlanRow.Reserve {
        let chunk = request.fedTokens
        let width = max(2 * (share.heads + share.kvHeads) * configuration.headDim, 3 * share.intermediate)
        return PlanRow.Reserve(
            driver: 0,
            margin: max(
                memory - Int(Double(memory) * request.utilization), request.contextBytes + request.graphBytes),
            context: request.contextBytes, graphs: request.graphBytes,
            activations: chunk * 2 * (2 * configuration.hiddenSize + width),
            logits: request.sampledSequences * configuration.vocabularySize * 2 * 4,
            probabilities: variant.policy.looksAtProbabilities ? probabilityBytes(chunk: chunk) : 0)
    }

    private func probabilityBytes(chunk: Int) -> Int {
        let whole = variant.policy.prefill != .online
        let budget = variant.policy.budget(tokens: request.tokens) ?? request.tokens
        let attended = whole ? request.promptTokens : min(request.promptTokens, budget + chunk)
        let queries = whole && !variant.policy.isHeavyHitters ? 1 : min(chunk, request.promptTokens)
        return queries * share.heads * attended * 4
    }

    /// Bytes left for caches on each GPU; below 0 where weights and reserve do not fit.
    var availableBytesPerGPU: Int { request.memoryBytes - reserve.total - weightsBytesPerGPU }

    /// Bytes that caches may take on each GPU: what is left, or the GPU's share of the budget.
    var limitBytesPerGPU: Int {
        guard let budget = request.budgetBytes else { return max(0, availableBytesPerGPU) }
        return max(0, min(availableBytesPerGPU, budget / request.gpus))
    }

    var batchCapacity: BatchCapacity {
        BatchCapacity(bytes: sequence.totals.peaks, limit: limitBytesPerGPU)
    }

    var limitedBy: PlanRow.Limit {
        let memory = request.memoryBytes
        if weightsBytesPerGPU < memory, reserve.total >= memory { return .reserve }
        if availableBytesPerGPU <= 0 { return .weights }
        let end = pattern.prompts[0].curves[0].slots(after: request.tokens)
        if pattern.prompts[0].curves[0].peak(within: request.tokens) > end { return .prefill }
        guard let budget = request.budgetBytes else { return .memory }
        return budget / request.gpus < availableBytesPerGPU ? .budget : .memory
    }

    /// The least memory in bytes that a process must see of each GPU for `batch` sequences: copies of the prompt that needs most, or
    /// prompts drawn at random that fit with `probability`.
    func memoryBytes(for batch: Int, probability: Double? = nil) -> Int {
        let capacity = batchCapacity
        let cache =
            probability.map { capacity.leastLimit(for: batch, probability: $0) } ?? batch * (capacity.bytes.max() ?? 0)
        let parts = reserve
        let used = weightsBytesPerGPU + parts.activations + parts.logits + parts.probabilities + cache
        var memory = max(used + parts.context + parts.graphs, Int(Double(used) / request.utilization))
        while memory - reserve(of: memory).margin < used { memory += 1 }
        return memory
    }

    /// Largest number of copies of the worst prompt that fit with sequences of `context` tokens in all, prompt and new
    /// tokens in the request's proportion; 0 where none does.
    /// - Throws: as `Planner.plan(for:)`.
    public func maxBatch(context: Int) throws -> Int {
        var other = request
        other.newTokens = min(context - 1, max(1, context * request.newTokens / request.tokens))
        other.promptTokens = context - other.newTokens
        guard other.promptTokens >= 1, other.newTokens >= 1 else {
            throw CapacityError.request("a context of \(context) tokens: expected at least 2")
        }
        return try VariantPlan(variant, request: other).batchCapacity.worstCase
    }
}
