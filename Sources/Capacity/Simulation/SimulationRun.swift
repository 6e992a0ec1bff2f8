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
            engine: engine, requests: numbers.map { simulation.workload.requests[$0] },
            clients: simulation.workload.clients, settings: simulation.settings)
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
}
