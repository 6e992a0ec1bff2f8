import Descriptions

/// What the lengths of a variant's heads, and the bytes of its sequences, depend on: all of a request but the GPU and
/// what of its memory may be used.
struct SequenceShape: Hashable, Sendable {
    /// The variant.
    let variant: PlanVariant
    /// The model's shape with the KV heads that the variant leaves.
    let configuration: ModelConfiguration
    /// Where the lengths of DMC's heads come from; nil under any other policy, which has its own.
    let lengths: HeadLengthSource?
    /// KV heads of the model as it is.
    let modelKVHeads: Int
    /// How slots become bytes.
    var memory: SequenceMemory
    /// GPUs that share every layer.
    let gpus: Int
    /// Which KV heads go to which of them.
    let placement: PlacementRule
    /// Tokens of the prompt.
    let promptTokens: Int
    /// Tokens generated after it.
    let newTokens: Int
    /// Tokens of the prompt that are run at once.
    let prefillChunk: Int

    /// - Throws: `CapacityError.request` where the variant does not fit the model.
    init(_ variant: PlanVariant, _ request: PlanRequest) throws {
        configuration = try Self.configuration(variant, request.model)
        let dmc = configuration.dmc ?? request.lengths?.trace?.header.configuration.dmc ?? DMCSettings()
        let format = CacheFormat(bits: variant.kvBits ?? request.kvBits, scaleBits: request.kvScaleBits)
        memory = SequenceMemory(
            request, policy: variant.policy, format: format, configuration: configuration, dmc: dmc)
        self.variant = variant
        lengths = variant.policy == .dmc ? request.lengths : nil
        modelKVHeads = request.model.configuration.kvHeads
        gpus = request.gpus
        placement = request.placement
        promptTokens = request.promptTokens
        newTokens = request.newTokens
        prefillChunk = request.prefillChunk
    }

    /// Tokens of a sequence at its end.
    var tokens: Int { promptTokens + newTokens }

    private static func configuration(_ variant: PlanVariant, _ model: PlannedModel) throws -> ModelConfiguration {
        var configuration = model.configuration
        guard let kvHeads = variant.kvHeads else { return configuration }
        guard kvHeads <= configuration.kvHeads, configuration.kvHeads % kvHeads == 0 else {
            throw CapacityError.request(
                "policy '\(variant.word)': \(model.name) has \(configuration.kvHeads) KV heads; "
                    + "expected a divisor of them")
        }
        configuration.kvHeads = kvHeads
        return configuration
    }
}
