import Descriptions

/// One variant on one GPU: its row, and the curves behind it.
public struct VariantPlan: Sendable {
    /// The variant.
    public let variant: PlanVariant
    /// The request it belongs to.
    public let request: PlanRequest

    /// What its sequences hold and attend to.
    let sequence: SequencePlan
    let share: ModelShare
    let roofline: Roofline

    init(_ variant: PlanVariant, request: PlanRequest) throws {
        self.init(variant, request, try .planned(SequenceShape(variant, request)))
    }

    /// A variant whose sequences were planned before, on whichever GPU.
    init(_ variant: PlanVariant, _ request: PlanRequest, _ sequence: SequencePlan) {
        self.variant = variant
        self.request = request
        self.sequence = sequence
        share = ModelShare(sequence.shape.configuration, placement: sequence.placement)
        roofline = Roofline(
            gpu: request.gpu, gpus: request.gpus, share: share, weights: request.weights,
            format: sequence.memory.format, policy: variant.policy)
    }

    /// The model's shape with the KV heads that the variant leaves.
    public var configuration: ModelConfiguration { sequence.shape.configuration }

    var pattern: HeadPattern { sequence.pattern }
    var placement: Placement { sequence.placement }
    var memory: SequenceMemory { sequence.memory }
}
