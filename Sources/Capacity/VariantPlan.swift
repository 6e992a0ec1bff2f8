import Descriptions

/// One variant on one GPU: its row, and the curves behind it.
public struct VariantPlan: Sendable {
    /// The variant.
    public let variant: PlanVariant
    /// The request it belongs to.
    public let request: PlanRequest
    /// The model's shape with the KV heads that the variant leaves.
    public let configuration: ModelConfiguration

    let pattern: HeadPattern
    let placement: Placement
    let share: ModelShare
    let memory: SequenceMemory
    let roofline: Roofline
    /// For each prompt and GPU: how many of its heads follow each of the prompt's curves.
    let loads: [[[Int]]]

    init(_ variant: PlanVariant, request: PlanRequest) throws {
        self.variant = variant
        self.request = request
        configuration = try Self.configuration(variant, request)
        pattern = try Self.pattern(variant.policy, configuration, request)
        let placement = Placement(kvHeads: configuration.kvHeads, gpus: request.gpus)
        self.placement = placement
        share = ModelShare(configuration, placement: placement)
        let dmc = configuration.dmc ?? request.lengths?.trace?.header.configuration.dmc ?? DMCSettings()
        memory = SequenceMemory(request, policy: variant.policy, configuration: configuration, dmc: dmc)
        roofline = Roofline(
            gpu: request.gpu, gpus: request.gpus, share: share, weightBits: request.weightBits,
            kvBits: request.kvBits, policy: variant.policy)
        let kvHeads = configuration.kvHeads
        loads = pattern.prompts.map { prompt in
            placement.heads.map { heads in
                var counts = Array(repeating: 0, count: prompt.curves.count)
                for (index, curve) in prompt.heads.enumerated() where heads.contains(index % kvHeads) {
                    counts[curve] += 1
                }
                return counts
            }
        }
    }

    private static func configuration(_ variant: PlanVariant, _ request: PlanRequest) throws -> ModelConfiguration {
        var configuration = request.model.configuration
        guard let kvHeads = variant.kvHeads else { return configuration }
        guard kvHeads <= configuration.kvHeads, configuration.kvHeads % kvHeads == 0 else {
            throw CapacityError.request(
                "policy '\(variant.word)': \(request.model.name) has \(configuration.kvHeads) KV heads; "
                    + "expected a divisor of them")
        }
        configuration.kvHeads = kvHeads
        return configuration
    }

    private static func pattern(
        _ policy: CachePolicy, _ configuration: ModelConfiguration, _ request: PlanRequest
    ) throws -> HeadPattern {
        guard policy == .dmc else {
            let curve = HeadCurve.bounded(
                budget: policy.budget(tokens: request.tokens), prompt: request.promptTokens,
                mode: policy.prefill ?? .online)
            return HeadPattern(all: curve, configuration: configuration, source: .arithmetic)
        }
        switch request.lengths {
        case nil: throw CapacityError.request("policy 'dmc': its head lengths are missing; give a trace or a ratio")
        case .ratio(let ratio):
            return HeadPattern(all: .uniform(ratio: ratio), configuration: configuration, source: .uniform)
        case .trace(let trace): return HeadPattern(trace, on: configuration)
        case .traceAtRatio(let trace, let ratio):
            return try HeadPattern(trace, on: configuration).scaled(toRatio: ratio, tokens: request.tokens)
        }
    }
}
