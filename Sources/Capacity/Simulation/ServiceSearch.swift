/// Looks for the rate a service can bear, and for the replicas that a rate needs, each by simulation.
package struct ServiceSearch {
    private let engine: ServingEngine
    private let workload: Workload?
    private let settings: SimulationSettings
    /// What one replica serves when requests always wait, in requests a second, and how many run at once then.
    private let capacity: (rate: Double, running: Int)

    /// - Parameters:
    ///   - requests: those that the service takes on, in order.
    ///   - clients: those of a closed loop.
    package init(
        engine: ServingEngine, requests: [Workload.Request], clients: Int? = nil, settings: SimulationSettings
    ) {
        // The requests may come again: the number of each is that of the first time.
        var repeating = engine
        let curve = engine.curve
        let count = max(1, requests.count)
        repeating.curve = { curve($0, $1 % count) }
        self.engine = repeating
        self.settings = settings
        workload = try? Workload(name: "accepted requests", requests: requests, clients: clients)
        capacity = workload.map { Self.capacity(of: repeating, serving: $0, settings) } ?? (.infinity, 1)
    }

    /// Factors of two that are tried from the workload's own rate, either way.
    private static let doublings = 24
    /// The rate is found to one part in a hundred.
    private static let precision = 1.01
    /// Requests for each place in a full batch that a service is judged by at least: of fewer most would still be under
    /// way when the last one comes, so that none but their memory bounds their rate.
    private static let turns = 20
    /// Requests up to which a workload is repeated to come to so many.
    static let mostRepeated = 20_000

    /// What a search for the highest rate comes to.
    package enum Rate: Hashable, Sendable {
        /// This many requests a second are served as the objective asks, and leave as fast as they come; 1 % more are not.
        case found(Double)
        /// Requests that come one by one miss it already.
        case never
        /// The requests come all at once, so that they have no rate, or take no time.
        case unbounded
    }

    /// The highest rate of requests, in the workload's own rhythm, at which the share that the objective asks for meets
    /// its limits, with the replicas that the settings have; never more than these serve when requests always wait. It
    /// is found by bisection, which takes the share to fall as the rate grows: where it wavers, this is one of the rates
    /// at which it crosses what is asked for.
    package func highestRate() -> Rate {
        guard let workload, let own = workload.rate else { return .unbounded }
        let replicas = settings.replicas
        let long = lasting(workload, replicas: replicas)
        func attains(_ rate: Double) -> Bool {
            rate <= Double(replicas) * capacity.rate && meets(long.scaled(toRate: rate), replicas: replicas)
        }
        var low = own
        var high = own
        if attains(own) {
            repeat {
                (low, high) = (high, 2 * high)
                guard high < own * Double(1 << Self.doublings) else { return .unbounded }
            } while attains(high)
        } else {
            repeat {
                (low, high) = (low / 2, low)
                guard low > own / Double(1 << Self.doublings) else { return .never }
            } while !attains(low)
        }
        while high / low > Self.precision {
            let middle = (low * high).squareRoot()
            if attains(middle) { low = middle } else { high = middle }
        }
        return .found(low)
    }

    /// The fewest replicas with which the workload, at `rate` requests a second where one is given, is served as the
    /// objective asks; nil where even the most that are simulated do not.
    package func replicasNeeded(rate: Double? = nil) -> Int? {
        guard let own = workload else { return nil }
        let workload = rate.map { own.scaled(toRate: $0) } ?? own
        // Fewer serve less than comes, however long the queue.
        let least = max(1, ((workload.rate ?? 0) / capacity.rate).rounded(.up))
        guard least <= Double(SimulationSettings.mostReplicas) else { return nil }
        let long = lasting(workload, replicas: Int(least))
        var low = Int(least) - 1
        var high = Int(least)
        while !meets(long, replicas: high) {
            guard high < SimulationSettings.mostReplicas else { return nil }
            (low, high) = (high, min(2 * high, SimulationSettings.mostReplicas))
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if meets(long, replicas: middle) { high = middle } else { low = middle }
        }
        return high
    }

    /// Mean latencies that arrivals last at least where a service is judged as one that goes on.
    package static let steadyLatencies = 5.0

    /// Whether the requests that a search looks at, at `rate` a second where one is given, come for long enough that the
    /// replicas are in a steady state.
    package func isSteady(rate: Double? = nil, replicas: Int) -> Bool {
        guard let own = workload else { return false }
        let long = lasting(rate.map { own.scaled(toRate: $0) } ?? own, replicas: replicas)
        let requests = serve(long, replicas: replicas, allowedMisses: nil)
        let arrivals = requests.map(\.request.arrival)
        let latencies = requests.compactMap(\.latency)
        guard let first = arrivals.min(), let last = arrivals.max(), !latencies.isEmpty else { return false }
        let mean = latencies.reduce(0, +) / Double(latencies.count)
        return last - first >= Self.steadyLatencies * mean
    }

    /// What one replica serves when requests always wait: they come all together, again and again until they fill its
    /// batch several times over, and the middle half of those that leave tells the rate.
    private static func capacity(
        of engine: ServingEngine, serving workload: Workload, _ settings: SimulationSettings
    ) -> (rate: Double, running: Int) {
        guard workload.clients == nil else { return (.infinity, 1) }
        var settings = settings
        settings.replicas = 1
        var count = workload.requests.count
        while true {
            var simulator = Simulator(engine, workload: workload.repeated(to: count).atOnce, settings: settings)
            let log = simulator.run()
            let running = log.timeline.entries.map(\.running).max() ?? 1
            let wanted = min(turns * running, mostRepeated)
            guard count < wanted else { return (middleRate(log.requests.compactMap(\.lastToken)), running) }
            count = wanted
        }
    }

    /// Requests a second over the middle half of these ends.
    private static func middleRate(_ ends: [Double]) -> Double {
        let sorted = ends.sorted()
        let (first, last) = (sorted.count / 4, sorted.count - 1 - sorted.count / 4)
        guard last > first, sorted[last] > sorted[first] else { return .infinity }
        return Double(last - first) / (sorted[last] - sorted[first])
    }

    /// The workload, repeated in its own rhythm until it fills the batches of so many replicas several times over.
    private func lasting(_ workload: Workload, replicas: Int) -> Workload {
        guard workload.clients == nil, workload.rate != nil else { return workload }
        let wanted = min(Double(Self.turns * capacity.running) * Double(replicas), Double(Self.mostRepeated))
        return workload.repeated(to: Int(wanted))
    }

    private func meets(_ workload: Workload, replicas: Int) -> Bool {
        let allowed = Int((1 - settings.objective.attainment) * Double(workload.requests.count) + 1e-9)
        let requests = serve(workload, replicas: replicas, allowedMisses: allowed)
        return requests.count { !$0.meets(settings.objective) } <= allowed
    }

    private func serve(_ workload: Workload, replicas: Int, allowedMisses: Int?) -> [SimulatedRequest] {
        var settings = settings
        settings.replicas = replicas
        var watch = Simulator.Watch()
        watch.keepsTimeline = false
        watch.allowedMisses = allowedMisses
        var simulator = Simulator(engine, workload: workload, settings: settings)
        return simulator.run(watch).requests
    }
}
