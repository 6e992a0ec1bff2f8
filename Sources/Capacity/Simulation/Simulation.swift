import Descriptions

/// A service to simulate: a model on GPUs, the requests that come, and how they are served.
public struct Simulation: Sendable {
    /// The model, the GPUs, and how the cache is laid out; its prompt and new tokens are set by the workload.
    public let request: PlanRequest
    /// The requests.
    public let workload: Workload
    /// How they are served.
    public let settings: SimulationSettings

    /// A simulation of `workload`; of `request` the prompt and new tokens, batch and chunk are not looked at.
    /// - Throws: `CapacityError.request` where something is out of range.
    public init(_ request: PlanRequest, workload: Workload, settings: SimulationSettings) throws {
        try settings.check()
        var request = request
        request.batch = nil
        request.prefillChunk = settings.maxBatchedTokens
        // No more can be under way than come.
        request.maxSequences = min(settings.maxSequences, workload.clients ?? .max, workload.requests.count)
        (request.promptTokens, request.newTokens) = (1, 1)
        try request.check()
        let steps = workload.requests.reduce(0) {
            $0 + $1.newTokens + $1.promptTokens / settings.maxBatchedTokens
        }
        guard steps <= Self.mostSteps else {
            throw CapacityError.request(
                "\(workload.name): expected at most \(Self.mostSteps) tokens to generate and chunks to run, found \(steps)"
            )
        }
        self.request = request
        self.workload = workload
        self.settings = settings
    }

    /// Tokens generated and chunks of prompts that a simulation goes through at most: some ten minutes of them.
    private static let mostSteps = 1 << 31

    /// The variants to simulate, in order, none twice: as a plan has them.
    /// - Throws: as `Planner`.
    public func variants() throws -> [PlanVariant] { try Planner(request).variants }

    /// Simulates one variant.
    /// - Parameter progress: told how many requests are completed.
    /// - Throws: as `Planner.plan(for:)`.
    public func run(_ variant: PlanVariant, progress: @escaping (Int) -> Void = { _ in }) throws -> SimulationRun {
        let service = try service(variant)
        var watch = Simulator.Watch()
        watch.progress = progress
        var simulator = Simulator(
            service.engine, workload: workload, settings: settings,
            recording: { service.source.recording(of: $0) })
        return SimulationRun(simulation: self, service: service, log: simulator.run(watch))
    }

    /// One variant, ready to serve.
    private func service(_ variant: PlanVariant) throws -> SimulatedService {
        let limit = variant.policy.runsPastContext ? nil : request.model.configuration.maxPositions
        let served = workload.requests.filter { $0.tokens <= limit ?? .max }
        // Ratios and γ are for the mean request; what is held in reserve is for the longest.
        let typical = try plan(
            variant, prompt: Self.mean(served.map(\.promptTokens)), new: Self.mean(served.map(\.newTokens)))
        let longest = max(2, served.map(\.tokens).max() ?? 0)
        let heads = Double(request.model.configuration.layers * request.model.configuration.kvHeads)
        guard heads * Double(longest) * Double(longest) < 0x1p62 else {
            throw CapacityError.request(
                "\(workload.name): a request of \(longest) tokens is too long to count what it attends to")
        }
        let prompt = max(1, served.map(\.promptTokens).max() ?? 0)
        let largest = try plan(variant, prompt: prompt, new: max(1, longest - prompt))
        let source = try SequenceSource(typical, longest: longest, seed: settings.seed)
        let engine = ServingEngine(
            pages: largest.limitBytesPerGPU / largest.memory.pageBytes, gpus: source.gpus, contextLimit: limit,
            promptsEndInDecode: request.gpu.efficiencies.firstTokenSteps > 0,
            curve: { source.curve(of: $0, number: $1) }, stepSeconds: { typical.stepTime(for: $0).seconds })
        return SimulatedService(plan: typical, largest: largest, source: source, engine: engine)
    }

    private func plan(_ variant: PlanVariant, prompt: Int, new: Int) throws -> VariantPlan {
        var request = request
        (request.promptTokens, request.newTokens) = (prompt, new)
        return try Planner(request).plan(for: variant)
    }

    private static func mean(_ values: [Int]) -> Int {
        max(1, Int((Double(values.reduce(0, +)) / Double(max(1, values.count))).rounded()))
    }
}

/// One variant, ready to serve.
struct SimulatedService {
    /// Its plan for a request of mean length.
    let plan: VariantPlan
    /// Its plan for the longest request.
    let largest: VariantPlan
    /// What its sequences hold.
    let source: SequenceSource
    /// Its pages and its clock.
    let engine: ServingEngine
}
