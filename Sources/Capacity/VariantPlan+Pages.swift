extension VariantPlan {
    /// What a page size costs.
    public struct PageCost: Hashable, Sendable, Encodable {
        /// Slots of a page.
        public var pageSlots: Int
        /// Bytes of a sequence at the end of the generation, mean over prompts, all GPUs together.
        public var bytes: CacheBytes

        enum CodingKeys: String, CodingKey {
            case bytes
            case pageSlots = "page_slots"
        }
    }

    /// What page sizes cost: small pages take long tables, large ones are left half empty. What a kernel loses on small
    /// pages is not in it.
    public func pageCosts(_ sizes: [Int]) -> [PageCost] {
        sizes.map { size in
            PageCost(pageSlots: size, bytes: .mean(of: sequence.paged(by: size).cacheBytes(after: request.tokens)))
        }
    }

    /// The page size that takes fewest bytes, of all that are planned; the largest of several.
    public func bestPage() -> PageCost {
        let costs = pageCosts(Array(PlanRequest.pageSizes))
        return costs.dropFirst().reduce(costs[0]) { $1.bytes.total <= $0.bytes.total ? $1 : $0 }
    }
}
