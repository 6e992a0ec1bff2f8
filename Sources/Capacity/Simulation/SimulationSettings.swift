/// How requests are served: what a simulation depends on beside the model, the GPU and the workload.
public struct SimulationSettings: Hashable, Sendable {
    /// Which replica a request goes to.
    public enum Dispatch: String, Sendable, CaseIterable, Codable {
        /// Each replica in turn.
        case roundRobin = "round-robin"
        /// The replica with the fewest unfinished requests; of several the first.
        case leastLoaded = "least-loaded"
    }

    /// Engines that serve side by side, each on GPUs of its own.
    public var replicas: Int
    /// Which of them a request goes to.
    public var dispatch: Dispatch
    /// Tokens that a step of an engine feeds at most, decoded ones and those of prompts together.
    public var maxBatchedTokens: Int
    /// Sequences that an engine runs at once at most.
    public var maxSequences: Int
    /// Seed of the draws of recorded prompts.
    public var seed: UInt64
    /// What counts as served well.
    public var objective: ServiceObjective
    /// Dollars an hour of one GPU, if costs are asked for.
    public var pricePerHour: Double?

    /// Settings by their parts; see the properties.
    public init(
        replicas: Int = 1, dispatch: Dispatch = .leastLoaded, maxBatchedTokens: Int = 2048, maxSequences: Int = 256,
        seed: UInt64 = 0, objective: ServiceObjective = ServiceObjective(), pricePerHour: Double? = nil
    ) {
        self.replicas = replicas
        self.dispatch = dispatch
        self.maxBatchedTokens = maxBatchedTokens
        self.maxSequences = maxSequences
        self.seed = seed
        self.objective = objective
        self.pricePerHour = pricePerHour
    }

    /// - Throws: `CapacityError.request` naming what is out of range.
    func check() throws {
        for (name, value, most) in [
            ("replicas", replicas, Self.mostReplicas), ("batched tokens", maxBatchedTokens, 1 << 24),
            ("sequences", maxSequences, 1 << 24),
        ] where !(1...most).contains(value) {
            throw CapacityError.request("\(name): expected 1 to \(most), found \(value)")
        }
        for (name, value) in [
            ("SLO of TTFT in seconds", objective.ttftSeconds), ("SLO of TPOT in seconds", objective.tpotSeconds),
            ("price an hour", pricePerHour ?? 1),
        ] where !(value > 0 && value <= 1e9) {
            throw CapacityError.request("\(name): expected a number above 0, at most 1e9, found \(value)")
        }
        guard objective.attainment > 0, objective.attainment <= 1 else {
            throw CapacityError.request(
                "attainment: expected a share above 0, at most 1, found \(objective.attainment)")
        }
    }

    /// Most replicas that are simulated.
    static let mostReplicas = 4096
}

/// What counts as served well (a service-level objective).
public struct ServiceObjective: Hashable, Sendable {
    /// Seconds to the first token at most, queueing included.
    public var ttftSeconds: Double
    /// Seconds per output token at most, mean over a request.
    public var tpotSeconds: Double
    /// Share of the requests that must meet both.
    public var attainment: Double

    /// An objective by its parts; by default the limits that MLPerf Inference (v4.0, 2024, Llama-2-70B, server) sets,
    /// for 99 % of the requests.
    public init(ttftSeconds: Double = 2, tpotSeconds: Double = 0.2, attainment: Double = 0.99) {
        self.ttftSeconds = ttftSeconds
        self.tpotSeconds = tpotSeconds
        self.attainment = attainment
    }
}
