/// One variant's service of a workload, simulated: what became of every request, and what can be asked about it.
public struct SimulationRun {
    let simulation: Simulation
    let service: SimulatedService
    /// What was taken down.
    package let log: SimulationLog

    /// The variant.
    public var variant: PlanVariant { service.plan.variant }

    /// Every request of the workload, in order.
    public var requests: [SimulatedRequest] { log.requests }

    /// Pages of each GPU.
    public var pagesPerGPU: Int { service.engine.pages }

    /// Bytes of a page.
    public var pageBytes: Int { service.plan.memory.pageBytes }

    /// The highest rate, and the replicas that are needed, found by further simulations of the requests that were taken
    /// on.
    package var search: ServiceSearch {
        let numbers = requests.indices.filter { requests[$0].isAccepted }
        var engine = service.engine
        let curve = engine.curve
        engine.curve = { curve($0, numbers[$1]) }
        return ServiceSearch(
            engine: engine, requests: numbers.map { requests[$0].request }, settings: simulation.settings)
    }
}

extension SimulationRun {
    /// Requests that were taken on.
    var accepted: Int { requests.count { $0.isAccepted } }

    /// Seconds from the first arrival to the last token.
    var makespan: Double {
        let end = requests.compactMap(\.lastToken).max() ?? 0
        return max(0, end - simulation.workload.requests[0].arrival)
    }

    /// Whether requests came faster than they could be served: of all, or of the last quarter, more than half waited
    /// longer for their first step than they were served after it. (A queue that never empties may still be of one
    /// length; that it grows is not asked.)
    var isSaturated: Bool {
        let done = requests.filter { $0.outcome == .completed }
        return Self.mostlyWait(done[...]) || Self.mostlyWait(done.suffix((done.count + 3) / 4))
    }

    private static func mostlyWait(_ requests: ArraySlice<SimulatedRequest>) -> Bool {
        let waiting = requests.count { request in
            guard let started = request.started, let end = request.lastToken else { return false }
            return started - request.request.arrival > end - started
        }
        return 2 * waiting > requests.count
    }
}
