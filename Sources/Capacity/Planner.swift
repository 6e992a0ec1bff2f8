/// Turns a request into projections: a row for `full`, one for `dmc` where head lengths are given, and one for each
/// variant that was asked for.
public struct Planner: Sendable {
    /// What was asked for.
    public let request: PlanRequest

    /// A planner for one request.
    /// - Throws: `CapacityError.request` where the request contradicts itself.
    public init(_ request: PlanRequest) throws {
        try request.check()
        self.request = request
    }

    /// The variants that get a row, in order, none twice.
    public var variants: [PlanVariant] {
        let standing = request.lengths == nil ? [PlanVariant.full] : [.full, .dmc]
        return (standing + request.variants).reduce(into: []) { list, variant in
            let isThere = list.contains {
                $0.policy == variant.policy && $0.kvHeads == variant.kvHeads && $0.kvBits == variant.kvBits
            }
            if !isThere { list.append(variant) }
        }
    }

    /// A projection for every variant.
    /// - Throws: as `plan(for:)`.
    public func rows() throws -> [PlanRow] { try variants.map { try plan(for: $0).row() } }

    /// What can be asked about one variant: its row, and the curves behind it.
    /// - Throws: `CapacityError.request` where the variant does not fit the model, or needs head lengths that are not
    ///   given.
    public func plan(for variant: PlanVariant) throws -> VariantPlan { try VariantPlan(variant, request: request) }

    /// The plans of every variant of every request, in order. Requests that differ in the GPU alone, or in what of its
    /// memory may be used, have the same sequences, which are planned once.
    /// - Throws: as `init(_:)` and `plan(for:)`.
    public static func plans(_ requests: [PlanRequest]) throws -> [VariantPlan] {
        var sequences: [SequenceShape: SequencePlan] = [:]
        return try requests.flatMap { request in
            try Planner(request).variants.map { variant in
                let shape = try SequenceShape(variant, request)
                let sequence = try sequences[shape] ?? .planned(shape)
                sequences[shape] = sequence
                return VariantPlan(variant, request, sequence)
            }
        }
    }
}
