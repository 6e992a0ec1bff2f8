import HeapModule

/// The simulation: a clock, and a heap of events with one order.
package struct Simulator {
    private let engine: ServingEngine
    private let workload: Workload
    private let settings: SimulationSettings
    private let recording: (Int) -> (prompt: Int, tokens: Int)?

    private var events = Heap<SimulationEvent>()
    private var eventCount = 0
    private var replicas: [Replica]
    private var arrivals = 0
    private var turn = 0
    private var log: SimulationLog

    /// Requests between two words of progress.
    private static let progressStep = 256

    /// What ends a simulation before its time, and what it tells as it goes.
    package struct Watch {
        /// Whether pages and requests are taken down over time.
        package var keepsTimeline = true
        /// Requests that may miss the objective; one more ends the simulation. Nil for as many as there are.
        package var allowedMisses: Int?
        /// Told how many requests are completed.
        package var progress: (Int) -> Void = { _ in }

        /// A watch that lets a simulation run to its end.
        package init() {}
    }

    /// - Parameter recording: the recorded prompt that stands for the request with a number, and its tokens.
    package init(
        _ engine: ServingEngine, workload: Workload, settings: SimulationSettings,
        recording: @escaping (Int) -> (prompt: Int, tokens: Int)? = { _ in nil }
    ) {
        self.engine = engine
        self.workload = workload
        self.settings = settings
        self.recording = recording
        let pool = PagePool(capacity: engine.pages, gpus: engine.gpus)
        replicas = Array(repeating: Replica(pool: pool, settings: settings), count: settings.replicas)
        log = SimulationLog(workload, objective: settings.objective)
    }

    /// Runs until every request is served or rejected, or the watch has seen enough. A simulation runs once.
    package mutating func run(_ watch: Watch = Watch()) -> SimulationLog {
        if let clients = workload.clients {
            for number in 0..<min(clients, workload.requests.count) {
                push(.arrives, number, at: workload.requests[0].arrival)
            }
        } else {
            arrive(next: 0)
        }
        while let event = events.popMin() {
            switch event.kind {
            case .arrives: take(event.subject, at: event.time)
            case .stepStarts: begin(event.subject, at: event.time)
            case .stepEnds: end(event.subject, at: event.time, watch)
            }
            if event.kind != .arrives, watch.keepsTimeline { note(event.time) }
            if let allowed = watch.allowedMisses, log.missed > allowed { break }
        }
        return log
    }

    /// The pages of the replicas as they stand.
    package var pools: [PagePool] { replicas.map(\.pool) }

    private mutating func push(_ kind: SimulationEvent.Kind, _ subject: Int, at time: Double) {
        events.insert(SimulationEvent(time: time, kind: kind, number: eventCount, subject: subject))
        eventCount += 1
    }

    /// Only the next arrival is on the heap, or one of each client: it stays as small as the service.
    private mutating func arrive(next number: Int) {
        guard number < workload.requests.count else { return }
        push(.arrives, number, at: workload.requests[number].arrival)
    }

    /// A client whose request has ended sends its next one.
    private mutating func follow(_ number: Int, at now: Double) {
        guard let clients = workload.clients, number + clients < workload.requests.count else { return }
        push(.arrives, number + clients, at: now)
    }

    private mutating func take(_ number: Int, at now: Double) {
        let request = workload.requests[number]
        if workload.clients == nil { arrive(next: number + 1) }
        arrivals += 1
        log.arrived(number, at: now, waiting: replicas.reduce(0) { $0 + $1.waiting.count })
        if let reason = rejection(request, number) {
            log.rejected(number, as: reason)
            follow(number, at: now)
        } else {
            let curve = engine.curve(request, number)
            dispatch(
                EngineSequence(
                    request, number: number, curve: curve, promptEndsInDecode: engine.promptsEndInDecode), at: now)
        }
        guard arrivals == workload.requests.count else { return }
        log.backlog = (replicas.reduce(0) { $0 + $1.waiting.count }, replicas.reduce(0) { $0 + $1.running.count })
    }

    private func rejection(_ request: Workload.Request, _ number: Int) -> SimulatedRequest.Outcome? {
        if let limit = engine.contextLimit, request.tokens > limit { return .overContext }
        return fits(request, engine.curve(request, number)) ? nil : .neverFits
    }

    /// Whether a request fits where nothing else is; one that does not would wait for ever.
    private func fits(_ request: Workload.Request, _ curve: any SequenceCurve) -> Bool {
        (0..<engine.gpus).allSatisfy { gpu in
            curve.peakPages(after: 0, within: request.tokens - 1, gpu: gpu) <= engine.pages
        }
    }

    private mutating func dispatch(_ sequence: EngineSequence, at now: Double) {
        let replica = nextReplica()
        log.accepted(sequence.number, replica: replica, recording: recording(sequence.number))
        replicas[replica].enqueue(sequence)
        wake(replica, at: now)
    }

    private mutating func nextReplica() -> Int {
        switch settings.dispatch {
        case .roundRobin:
            defer { turn = (turn + 1) % replicas.count }
            return turn
        case .leastLoaded:
            return replicas.indices.min { replicas[$0].unfinished < replicas[$1].unfinished } ?? 0
        }
    }

    private mutating func wake(_ replica: Int, at now: Double) {
        guard !replicas[replica].isBusy, replicas[replica].unfinished > 0 else { return }
        replicas[replica].isBusy = true
        push(.stepStarts, replica, at: now)
    }

    private mutating func begin(_ replica: Int, at now: Double) {
        let load = replicas[replica].begin(at: now, log: &log)
        precondition(!load.isEmpty, "a request that is alone fits, so there is something to do")
        let seconds = engine.stepSeconds(load)
        log.stepped(seconds: seconds)
        push(.stepEnds, replica, at: now + seconds)
    }

    private mutating func end(_ replica: Int, at now: Double, _ watch: Watch) {
        let before = log.completed
        for number in replicas[replica].end(at: now, log: &log) { follow(number, at: now) }
        replicas[replica].isBusy = false
        wake(replica, at: now)
        if log.completed / Self.progressStep > before / Self.progressStep { watch.progress(log.completed) }
    }

    private mutating func note(_ now: Double) {
        var entry = UsageTimeline.Entry(time: now, pages: 0, running: 0, waiting: 0)
        for replica in replicas {
            entry.pages += replica.pool.fullest
            entry.running += replica.running.count
            entry.waiting += replica.waiting.count
        }
        log.timeline.append(entry)
    }
}
