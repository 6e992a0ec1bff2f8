extension SimulationRun {
    /// What to look for by further simulations.
    public struct Questions: Hashable, Sendable {
        /// Whether to find the highest rate.
        public var findsRate: Bool
        /// Whether to find the replicas that are needed.
        public var findsReplicas: Bool
        /// The rate that replicas are needed for, in requests taken on a second; nil for the workload's own.
        public var targetRate: Double?

        /// Questions by their parts; by default none.
        public init(findsRate: Bool = false, findsReplicas: Bool = false, targetRate: Double? = nil) {
            self.findsRate = findsRate
            self.findsReplicas = findsReplicas
            self.targetRate = targetRate
        }
    }

    /// The run summed up.
    public func row(_ questions: Questions = Questions()) -> SimulationRow {
        let rate = questions.findsRate && accepted > 0 ? search.highestRate() : nil
        let needed = questions.findsReplicas && accepted > 0 ? search.replicasNeeded(rate: questions.targetRate) : nil
        var row = counted()
        row.replicasNeeded = needed
        if case .found(let rate) = rate { set(rate, in: &row) }
        row.notes = notes(rate) + (questions.findsReplicas && accepted > 0 && needed == nil ? [Self.outOfReach] : [])
        return row
    }

    private func set(_ rate: Double, in row: inout SimulationRow) {
        let (plan, settings) = (simulation.request, simulation.settings)
        row.highestRatePerGPU = rate / Double(settings.replicas * plan.gpus)
        let tokens = requests.reduce(0) { $0 + ($1.isAccepted ? $1.request.newTokens : 0) }
        row.dollarsPerMillionTokensAtHighestRate = price(
            seconds: Double(accepted) / rate, tokens: tokens)
    }

    /// Dollars per million of `tokens` that all GPUs generate in so many seconds.
    private func price(seconds: Double, tokens: Int) -> Double? {
        guard let hour = simulation.settings.pricePerHour, tokens > 0 else { return nil }
        let gpus = Double(simulation.settings.replicas * simulation.request.gpus)
        return hour * gpus * seconds / 3600 / (Double(tokens) / 1e6)
    }

    private func counted() -> SimulationRow {
        let (plan, settings) = (simulation.request, simulation.settings)
        let done = requests.filter { $0.outcome == .completed }
        let new = done.reduce(0) { $0 + $1.request.newTokens }
        let all = done.reduce(0) { $0 + $1.request.tokens }
        let good = requests.count { $0.meets(settings.objective) }
        let perSecond = makespan > 0 ? 1 / makespan : 0
        let capacity = Double(max(1, pagesPerGPU * settings.replicas))
        let span = simulation.workload.span
        return SimulationRow(
            policy: variant.word, groupTraining: service.plan.groupTraining, model: plan.model.name,
            gpu: plan.gpu.name, gpus: plan.gpus, replicas: settings.replicas, dispatch: settings.dispatch,
            source: service.plan.pattern.source,
            pageSlots: plan.pageSlots, pageBytes: pageBytes, pagesPerGPU: pagesPerGPU, requests: requests.count,
            completed: done.count, overContext: count(.overContext), neverFits: count(.neverFits),
            extended: requests.count { $0.extendedFrom != nil },
            preemptions: requests.reduce(0) { $0 + $1.preemptions },
            preemptedRequests: requests.count { $0.preemptions > 0 },
            recomputedTokens: requests.reduce(0) { $0 + $1.recomputedTokens },
            arrivalRate: span > 0 ? Double(accepted) / span : nil, seconds: makespan,
            requestThroughput: Double(done.count) * perSecond, throughputTokensPerSecond: Double(new) * perSecond,
            totalTokensPerSecond: Double(all) * perSecond, isSaturated: isSaturated, backlog: log.backlog.waiting,
            ttft: LatencyDigest(done.compactMap(\.ttft)).summary, tpot: LatencyDigest(done.compactMap(\.tpot)).summary,
            gap: log.gaps.summary, latency: LatencyDigest(done.compactMap(\.latency)).summary,
            sloTtft: settings.objective.ttftSeconds, sloTpot: settings.objective.tpotSeconds,
            attainment: accepted > 0 ? Double(good) / Double(accepted) : nil, goodput: Double(good) * perSecond,
            highestRatePerGPU: nil, replicasNeeded: nil,
            dollarsPerMillionTokens: price(seconds: makespan, tokens: new),
            dollarsPerMillionTokensAtHighestRate: nil, steps: log.steps,
            busy: log.busySeconds * perSecond / Double(settings.replicas),
            meanPagesShare: log.timeline.mean(\.pages) / capacity,
            peakPagesShare: Double(log.timeline.entries.map(\.pages).max() ?? 0) / capacity,
            meanRunning: log.timeline.mean(\.running),
            peakRunning: log.timeline.entries.map(\.running).max() ?? 0, meanWaiting: log.timeline.mean(\.waiting),
            efficienciesOf: plan.gpu.efficienciesOf ?? plan.gpu.name, notes: [])
    }

    private func count(_ outcome: SimulatedRequest.Outcome) -> Int { requests.count { $0.outcome == outcome } }

    private static let outOfReach =
        "no number of replicas up to \(SimulationSettings.mostReplicas) meets the limits: requests miss them alone"

    private func notes(_ rate: ServiceSearch.Rate?) -> [String] {
        var notes: [String] = []
        if service.plan.pattern.source != .arithmetic, let note = simulation.request.lengths?.trace?.shardNote {
            notes.append("the trace is \(note)")
        }
        if service.largest.availableBytesPerGPU <= 0 {
            notes.append("the weights and the reserve leave no room at all")
        }
        if isSaturated {
            notes.append(
                "saturated: most requests waited longer for their first step than they were served after it, and "
                    + "\(log.backlog.waiting) still waited when the last one came")
        }
        switch rate {
        case .unbounded?: notes.append("no highest rate: even all at once, these requests are served within the limits")
        case .never?: notes.append("no highest rate: requests miss the limits even one by one")
        case .found?, nil: break
        }
        if accepted == 0 {
            notes.append(
                "no request could be served: \(count(.overContext)) are longer than the model's context, "
                    + "\(count(.neverFits)) need more memory than a replica has")
        }
        let extended = requests.count { $0.extendedFrom != nil }
        if extended > 0 {
            notes.append(
                "\(extended) requests outgrew their recordings; beyond, each head goes on at its own late rate")
        }
        if let header = simulation.request.lengths?.trace?.header, service.plan.pattern.source == .scaled {
            notes.append("the pattern of \(header.model) was mapped onto \(simulation.request.model.name)")
        }
        if service.plan.pattern.source == .uniform {
            notes.append("every head is taken to be alike: no trace was given")
        }
        return notes
    }
}
