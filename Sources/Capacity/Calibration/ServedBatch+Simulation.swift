extension ServedBatch {
    /// What a simulation of the batch comes to.
    package struct Outcome: Hashable, Sendable {
        /// Most sequences that ran at once.
        package var atOnceMost: Int
        /// Mean over time.
        package var atOnceMean: Double
        /// Generated tokens a second, from the first arrival to the last token.
        package var tokensPerSecond: Double
        /// Seconds to the first token, queueing included: the mean.
        package var firstTokenMean: Double
        /// The same, the most.
        package var firstTokenMost: Double
        /// Seconds per output token after the first, mean over requests; nil where each has one.
        package var tokenSeconds: Double?
    }

    /// Tokens generated and chunks of prompts up to which a batch is simulated.
    private static let mostSteps = 1 << 22

    /// Serves the batch as its engine would: as many clients as it has sequences, each sending its requests one after
    /// another.
    /// - Returns: nil where the memory does not hold one sequence, or the batch is too large to be simulated.
    package func simulated(on gpu: GPU) -> Outcome? {
        let chunks = promptTokens / setup.maxBatchedTokens + 1
        guard Double(batch) * Double(setup.rounds) * Double(newTokens + chunks) <= Double(Self.mostSteps) else {
            return nil
        }
        let roofline = EngineTimes.roofline(self, gpu: gpu)
        let curve = EvenCurve(pageSlots: setup.pageSlots, slotsPerToken: roofline.share.layerKVHeads)
        let engine = ServingEngine(
            pages: pages(memoryBytes: gpu.memoryBytes),
            promptsEndInDecode: gpu.efficiencies.firstTokenSteps > 0, curve: { _, _ in curve },
            stepSeconds: { roofline.step($0).seconds })
        var settings = SimulationSettings(maxBatchedTokens: setup.maxBatchedTokens, maxSequences: batch)
        settings.objective = ServiceObjective(ttftSeconds: .infinity, tpotSeconds: .infinity)
        let lengths = Workload.Lengths(promptTokens: promptTokens, newTokens: newTokens)
        guard
            let workload = try? Workload(clients: batch, count: batch * setup.rounds, lengths: lengths, seed: 0)
        else { return nil }
        var simulator = Simulator(engine, workload: workload, settings: settings)
        return Outcome(simulator.run())
    }

    /// Pages of the cache on each GPU: those that are stated, or what the filled share of its memory has beside weights.
    func pages(memoryBytes: Int) -> Int {
        if let stated = setup.pages[model.name] { return stated }
        let bytes = setup.filledMemory * Double(memoryBytes) - EngineTimes.weightBytes(self)
        return max(0, Int(bytes / (EngineTimes.tokenBytes(self) * Double(setup.pageSlots))))
    }
}

extension ServedBatch.Outcome {
    /// Nil where not every request was completed.
    fileprivate init?(_ log: SimulationLog) {
        let requests = log.requests
        let first = LatencyDigest(requests.compactMap(\.ttft))
        guard requests.allSatisfy({ $0.outcome == .completed }), let summary = first.summary,
            let end = requests.compactMap(\.lastToken).max()
        else { return nil }
        self.init(
            atOnceMost: log.timeline.entries.map(\.running).max() ?? 0, atOnceMean: log.timeline.mean(\.running),
            tokensPerSecond: Double(requests.reduce(0) { $0 + $1.request.newTokens }) / end,
            firstTokenMean: summary.mean, firstTokenMost: summary.max,
            tokenSeconds: LatencyDigest(requests.compactMap(\.tpot)).summary?.mean)
    }
}

/// A sequence of a plain cache in pages that hold all heads' tokens.
private final class EvenCurve: SequenceCurve {
    /// Tokens of a page.
    let pageSlots: Int
    /// Slots that a token adds on one GPU, layers and heads together.
    let slotsPerToken: Int

    init(pageSlots: Int, slotsPerToken: Int) {
        self.pageSlots = pageSlots
        self.slotsPerToken = slotsPerToken
    }

    func pages(after count: Int, gpu: Int) -> Int { (count + pageSlots - 1) / pageSlots }

    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int { pages(after: count, gpu: gpu) }

    func attended(by count: Int, gpu: Int) -> Int { count * slotsPerToken }

    func pairs(after start: Int, through count: Int, gpu: Int) -> Int {
        (count * (count + 1) - start * (start + 1)) / 2 * slotsPerToken
    }
}
