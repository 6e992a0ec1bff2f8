/// More about a row's memory than its numbers: what another page size, another placement, or another moment would give.
public struct MemoryDetail: Sendable, Encodable {
    /// The row's policy.
    public var policy: String
    /// What page sizes cost: powers of two.
    public var pages: [VariantPlan.PageCost]
    /// The page size that takes fewest bytes, of all that are planned.
    public var bestPage: VariantPlan.PageCost
    /// How many sequences fit over the course of the generation.
    public var course: [VariantPlan.Stage]
    /// What each placement gives; empty on one GPU.
    public var placements: [PlacementCost]

    /// What a placement gives.
    public struct PlacementCost: Hashable, Sendable, Encodable {
        /// The placement.
        public var placement: PlacementRule
        /// What the fullest GPU holds over an even share of the keys and values, from 1 on.
        public var imbalance: Double
        /// Largest number of copies of the prompt that needs most.
        public var maxBatch: Int
        /// Largest number of drawn prompts that fit with probability 0.999.
        public var maxBatchP999: Int

        enum CodingKeys: String, CodingKey {
            case placement
            case imbalance = "kv_imbalance"
            case maxBatch = "max_batch"
            case maxBatchP999 = "max_batch_p999"
        }
    }

    enum CodingKeys: String, CodingKey {
        case policy, pages, course, placements
        case bestPage = "best_page"
    }
}

extension VariantPlan {
    /// More about its memory.
    /// - Throws: as `Planner.plan(for:)`.
    public func memoryDetail() throws -> MemoryDetail {
        MemoryDetail(
            policy: variant.word, pages: pageCosts((0...8).map { 1 << $0 }), bestPage: bestPage(), course: course(),
            placements: request.gpus == 1 ? [] : try PlacementRule.allCases.map(placementCost))
    }

    private func placementCost(_ rule: PlacementRule) throws -> MemoryDetail.PlacementCost {
        var other = request
        other.placement = rule
        let plan = try VariantPlan(variant, request: other)
        let capacity = plan.batchCapacity
        return MemoryDetail.PlacementCost(
            placement: rule, imbalance: plan.sequence.totals.imbalance, maxBatch: capacity.worstCase,
            maxBatchP999: capacity.largest(probability: 0.999))
    }
}
