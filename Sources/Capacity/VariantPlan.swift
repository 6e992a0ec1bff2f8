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
    var memory: SequenceMemory
    let roofline: Roofline
    /// For each prompt and GPU: how many of its heads follow each of the prompt's curves.
    let loads: [[[Int]]]

    init(_ variant: PlanVariant, request: PlanRequest) throws {
        let configuration = try Self.configuration(variant, request)
        let pattern = try Self.pattern(variant.policy, configuration, request)
        let contiguous = Placement(kvHeads: configuration.kvHeads, gpus: request.gpus, layers: configuration.layers)
        self.init(variant, request, configuration, pattern, contiguous)
        guard request.placement == .balanced, request.gpus > 1 else { return }
        let balanced = Self(
            variant, request, configuration, pattern,
            Placement(
                balancing: pattern.slotsByHead(after: request.tokens), kvHeads: configuration.kvHeads, as: contiguous))
        // Dealing by mean lengths need not serve the prompt that binds; then heads stay where they were.
        if balanced.mostBytes < mostBytes { self = balanced }
    }

    private init(
        _ variant: PlanVariant, _ request: PlanRequest, _ configuration: ModelConfiguration, _ pattern: HeadPattern,
        _ placement: Placement
    ) {
        self.variant = variant
        self.request = request
        self.configuration = configuration
        self.pattern = pattern
        self.placement = placement
        share = ModelShare(configuration, placement: placement)
        let dmc = configuration.dmc ?? request.lengths?.trace?.header.configuration.dmc ?? DMCSettings()
        let format = CacheFormat(bits: variant.kvBits ?? request.kvBits, scaleBits: request.kvScaleBits)
        memory = SequenceMemory(
            request, policy: variant.policy, format: format, configuration: configuration, dmc: dmc)
        roofline = Roofline(
            gpu: request.gpu, gpus: request.gpus, share: share, weights: request.weights,
            format: format, policy: variant.policy)
        loads = pattern.prompts.map { prompt in
            placement.heads.map { layers in
                var counts = Array(repeating: 0, count: prompt.curves.count)
                for (layer, heads) in layers.enumerated() {
                    for head in heads { counts[prompt.heads[layer * configuration.kvHeads + head]] += 1 }
                }
                return counts
            }
        }
    }

    /// Bytes that the prompt which needs most takes on the GPU where it does.
    private var mostBytes: Int { peakBytesOnFullestGPU().max() ?? 0 }

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
            let tokens = (prompt: request.promptTokens, all: request.tokens)
            return HeadPattern(
                all: HeadCurve(policy, prompt: tokens.prompt, tokens: tokens.all),
                shared: SharedCurve(policy, prompt: tokens.prompt, tokens: tokens.all), configuration: configuration,
                source: .arithmetic)
        }
        switch request.lengths {
        case nil: throw CapacityError.request("policy 'dmc': its head lengths are missing; give a trace or a ratio")
        case .ratio(let ratio):
            return HeadPattern(
                all: .uniform(ratio: ratio), shared: .even(ratio: ratio), configuration: configuration,
                source: .uniform)
        case .trace(let trace): return HeadPattern(trace, on: configuration)
        case .traceAtRatio(let trace, let ratio):
            return try HeadPattern(trace, on: configuration).scaled(toRatio: ratio, tokens: request.tokens)
        }
    }
}
