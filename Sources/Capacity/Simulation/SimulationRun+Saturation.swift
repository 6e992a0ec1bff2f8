extension SimulationRun {
    /// Why requests come faster than they can be served, in words; nil where the service keeps up.
    var saturation: String? {
        if recovers { return nil }
        let done = requests.filter { $0.outcome == .completed }
        let late = done.suffix((done.count + 3) / 4)
        let preempted = done.count { $0.preemptions > 0 }
        if 2 * done.count(where: \.mostlyWaited) > done.count {
            return "most requests waited longer than they were served"
        }
        if 2 * late.count(where: \.mostlyWaited) > late.count {
            return "most of the last quarter of the requests waited longer than they were served"
        }
        if Double(preempted) > Self.preemptedShare * Double(done.count) {
            return "\(preempted) of \(done.count) requests had their pages taken away and were computed again"
        }
        let growth = queueGrowth
        let ran = log.timeline.entries.map(\.running).max() ?? 0
        let small = max(1, Self.smallQueue * Double(ran))
        guard growth > small, Double(log.backlog.waiting) > small, growth > 1.5 * log.timeline.mean(\.waiting),
            comeFaster
        else { return nil }
        return "requests came faster than they left: the queue grew by \(Int(growth.rounded())) as they came, "
            + "beside \(ran) that ran at most"
    }

    /// Share of the requests of which it is told that they lost their pages.
    private static let preemptedShare = 0.1
    /// A queue that is small beside the most that ran, as a share of them.
    private static let smallQueue = 0.1

    /// Whether all requests were served within their limits, and their queue was a burst's: it was gone within one mean
    /// latency after the last arrival, or the service was idle for half of the time.
    private var recovers: Bool {
        let taken = requests.filter(\.isAccepted)
        guard let last = taken.map(\.request.arrival).max(),
            taken.allSatisfy({ $0.meets(simulation.settings.objective) }),
            let emptied = log.timeline.entries.first(where: { $0.time >= last && $0.waiting == 0 })
        else { return false }
        let mean = taken.compactMap(\.latency).reduce(0, +) / Double(taken.count)
        return emptied.time - last < mean || 2 * log.busySeconds < makespan * Double(simulation.settings.replicas)
    }

    /// Whether more requests came than left while the later half of them came.
    private var comeFaster: Bool {
        let taken = requests.filter(\.isAccepted)
        let arrivals = taken.map(\.request.arrival).sorted()
        guard let last = arrivals.last else { return false }
        let middle = arrivals.count / 2
        let left = taken.compactMap(\.lastToken).count { $0 > arrivals[middle] && $0 <= last }
        return arrivals.count - 1 - middle > left
    }

    /// By how many requests the queue that arrivals find grows from the first to the last of them: the slope of a
    /// straight line through what each found, by least squares.
    private var queueGrowth: Double {
        let found = requests.compactMap(\.waitingAtArrival).map(Double.init)
        let count = Double(found.count)
        guard count > 1 else { return 0 }
        let middle = (count - 1) / 2
        let mean = found.reduce(0, +) / count
        let slope = found.enumerated().reduce(0.0) { $0 + (Double($1.offset) - middle) * ($1.element - mean) }
        return slope * 12 / (count * (count + 1))
    }
}
