/// Looks for the rate a service can bear, and for the replicas that a rate needs, each by simulation.
package struct ServiceSearch {
    private let engine: ServingEngine
    private let workload: Workload?
    private let settings: SimulationSettings

    /// - Parameters:
    ///   - requests: those that the service takes on, in order.
    ///   - clients: those of a closed loop.
    package init(
        engine: ServingEngine, requests: [Workload.Request], clients: Int? = nil, settings: SimulationSettings
    ) {
        self.engine = engine
        self.settings = settings
        workload = try? Workload(name: "accepted requests", requests: requests, clients: clients)
    }

    /// Factors of two that are tried from the workload's own rate, either way.
    private static let doublings = 24
    /// The rate is found to one part in a hundred.
    private static let precision = 1.01

    /// What a search for the highest rate comes to.
    package enum Rate: Hashable, Sendable {
        /// This many requests a second are served as the objective asks; 1 % more are not.
        case found(Double)
        /// Requests that come one by one miss it already.
        case never
        /// The requests are too few, or their arrivals not spread: even all at once they meet it.
        case unbounded
    }

    /// The highest rate of requests, in the workload's own rhythm, at which the share that the objective asks for meets
    /// its limits, with the replicas that the settings have. It is found by bisection, which takes the share to fall as
    /// the rate grows: where it wavers, this is one of the rates at which it crosses what is asked for.
    package func highestRate() -> Rate {
        guard let workload, let own = workload.rate else { return .unbounded }
        func attains(_ rate: Double) -> Bool { meets(workload.scaled(toRate: rate), replicas: settings.replicas) }
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
        var low = 0
        var high = 1
        while !meets(workload, replicas: high) {
            guard high < SimulationSettings.mostReplicas else { return nil }
            (low, high) = (high, min(2 * high, SimulationSettings.mostReplicas))
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if meets(workload, replicas: middle) { high = middle } else { low = middle }
        }
        return high
    }

    /// Mean latencies that arrivals last at least where a service is judged as one that goes on.
    package static let steadyLatencies = 5.0

    /// Whether the requests, at `rate` a second where one is given, come for long enough that the replicas are in a
    /// steady state. Fewer are still under way when the last one comes, so that none but their memory bounds their rate.
    package func isSteady(rate: Double? = nil, replicas: Int) -> Bool {
        guard let own = workload else { return false }
        let requests = serve(rate.map { own.scaled(toRate: $0) } ?? own, replicas: replicas, allowedMisses: nil)
        let arrivals = requests.map(\.request.arrival)
        let latencies = requests.compactMap(\.latency)
        guard let first = arrivals.min(), let last = arrivals.max(), !latencies.isEmpty else { return false }
        let mean = latencies.reduce(0, +) / Double(latencies.count)
        return last - first >= Self.steadyLatencies * mean
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
