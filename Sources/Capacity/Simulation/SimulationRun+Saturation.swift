extension SimulationRun {
    /// Why requests come faster than they can be served, in words; nil where the service keeps up.
    var saturation: String? {
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
        guard growth > max(1, log.timeline.mean(\.running)), growth > 1.5 * log.timeline.mean(\.waiting) else {
            return nil
        }
        return "the queue grew by \(Int(growth.rounded())) requests as they came, more than are served at a time"
    }

    /// Share of the requests of which it is told that they lost their pages.
    private static let preemptedShare = 0.1

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
