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
        let isOpen = simulation.workload.clients == nil
        let search = (questions.findsRate && isOpen || questions.findsReplicas) && accepted > 0 ? search : nil
        let rate = questions.findsRate && isOpen ? search?.highestRate() : nil
        let needed = questions.findsReplicas ? search?.replicasNeeded(rate: questions.targetRate) : nil
        var row = counted()
        row.replicasNeeded = needed
        row.notes = notes(row, rate)
        if case .found(let rate)? = rate {
            set(rate, in: &row)
            if search?.isSteady(rate: rate, replicas: simulation.settings.replicas) == false {
                row.notes.append("the highest rate may be too high: \(Self.unsteady)")
            }
        }
        if let needed, search?.isSteady(rate: questions.targetRate, replicas: needed) == false {
            row.notes.append("the replicas needed may be too few: \(Self.unsteady)")
        }
        if questions.findsReplicas, accepted > 0, needed == nil { row.notes.append(Self.outOfReach) }
        return row
    }

    private static let unsteady =
        "the requests, again and again up to \(ServiceSearch.mostRepeated) of them, come within less than "
        + "\(Int(ServiceSearch.steadyLatencies)) mean latencies, too short for a steady state; simulate more (--requests)"

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

    /// What the run was of, and all that was counted in it.
    private func counted() -> SimulationRow {
        let (request, settings) = (simulation.request, simulation.settings)
        let gpu = request.gpu
        var row = SimulationRow(
            policy: variant.word, groupTraining: service.plan.groupTraining, model: request.model.name, gpu: gpu.name,
            gpus: request.gpus,
            replicas: settings.replicas, dispatch: settings.dispatch, source: service.plan.pattern.source,
            pageSlots: request.pageSlots, pageBytes: pageBytes, pagesPerGPU: pagesPerGPU,
            efficienciesOf: gpu.efficienciesOf ?? gpu.name, engine: gpu.calibration?.title, timeSource: gpu.timeSource,
            timeError: gpu.stepError, ttftError: gpu.firstTokenError, timeNotes: [])
        countRequests(in: &row)
        rate(&row)
        digest(&row)
        measureUse(&row)
        // Where nothing ran there are no times, and no context that they would be of.
        if row.peakRunning > 0 { row.timeNotes = service.largest.timeNotes(row.peakRunning) }
        return row
    }

    private func countRequests(in row: inout SimulationRow) {
        row.requests = requests.count
        row.completed = count(.completed)
        row.overContext = count(.overContext)
        row.neverFits = count(.neverFits)
        row.extended = requests.count { $0.extendedFrom != nil }
        row.preemptions = requests.reduce(0) { $0 + $1.preemptions }
        row.preemptedRequests = requests.count { $0.preemptions > 0 }
        row.recomputedTokens = requests.reduce(0) { $0 + $1.recomputedTokens }
        row.saturation = saturation
        row.isSaturated = row.saturation != nil
        row.state = row.completed == 0 ? .servesNone : row.isSaturated ? .saturated : .keepsUp
        row.backlog = log.backlog.waiting
    }

    private func rate(_ row: inout SimulationRow) {
        let done = requests.filter { $0.outcome == .completed }
        let new = done.reduce(0) { $0 + $1.request.newTokens }
        let all = done.reduce(0) { $0 + $1.request.tokens }
        let (perSecond, span) = (makespan > 0 ? 1 / makespan : 0, simulation.workload.span)
        row.arrivalRate = span > 0 ? Double(accepted) / span : nil
        row.seconds = makespan
        row.requestThroughput = Double(done.count) * perSecond
        row.throughputTokensPerSecond = Double(new) * perSecond
        row.totalTokensPerSecond = Double(all) * perSecond
        row.dollarsPerMillionTokens = price(seconds: makespan, tokens: new)
    }

    private func digest(_ row: inout SimulationRow) {
        let done = requests.filter { $0.outcome == .completed }
        let objective = simulation.settings.objective
        let good = requests.count { $0.meets(objective) }
        row.ttft = LatencyDigest(done.compactMap(\.ttft)).summary
        row.tpot = LatencyDigest(done.compactMap(\.tpot)).summary
        row.gap = log.gaps.summary
        row.latency = LatencyDigest(done.compactMap(\.latency)).summary
        (row.sloTtft, row.sloTpot) = (objective.ttftSeconds, objective.tpotSeconds)
        row.attainment = accepted > 0 ? Double(good) / Double(accepted) : nil
        row.attainmentOfAll = Double(good) / Double(requests.count)
        row.goodput = makespan > 0 ? Double(good) / makespan : 0
    }

    private func measureUse(_ row: inout SimulationRow) {
        let replicas = simulation.settings.replicas
        let capacity = Double(max(1, pagesPerGPU * replicas))
        let timeline = log.timeline
        row.steps = log.steps
        row.busy = makespan > 0 ? log.busySeconds / makespan / Double(replicas) : 0
        row.meanPagesShare = timeline.mean(\.pages) / capacity
        row.peakPagesShare = Double(timeline.entries.map(\.pages).max() ?? 0) / capacity
        row.meanRunning = timeline.mean(\.running)
        row.peakRunning = timeline.entries.map(\.running).max() ?? 0
        row.meanWaiting = timeline.mean(\.waiting)
    }

    private func count(_ outcome: SimulatedRequest.Outcome) -> Int { requests.count { $0.outcome == outcome } }

    private static let outOfReach =
        "no number of replicas up to \(SimulationSettings.mostReplicas) meets the limits: requests miss them alone"

    private func notes(_ row: SimulationRow, _ rate: ServiceSearch.Rate?) -> [String] {
        var notes: [String] = []
        if service.plan.pattern.source != .arithmetic, let note = simulation.request.lengths?.trace?.shardNote {
            notes.append("the trace is \(note)")
        }
        if service.largest.availableBytesPerGPU <= 0 {
            notes.append("the weights and the reserve leave no room at all")
        }
        if let reason = row.saturation {
            notes.append("saturated: \(reason); \(log.backlog.waiting) waited when the last one came")
        }
        switch rate {
        case .unbounded?: notes.append("no highest rate: the requests come all at once, and take no time")
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
