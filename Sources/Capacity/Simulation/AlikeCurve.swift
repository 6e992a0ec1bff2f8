/// A sequence whose heads are all alike: everything follows from one head's curve.
final class AlikeCurve: SequenceCurve {
    /// The curve of every head.
    let head: HeadCurve
    /// What all heads together hold.
    let shared: SharedCurve
    /// How slots become bytes.
    let memory: SequenceMemory
    /// Heads of one GPU, all layers together.
    let heads: Int
    /// Layers.
    let layers: Int

    /// - Parameter heads: heads of one GPU, all layers together.
    init(_ plan: VariantPlan, heads: Int, head: HeadCurve, shared: SharedCurve) {
        self.head = head
        self.shared = shared
        self.heads = heads
        memory = plan.memory
        layers = plan.configuration.layers
    }

    func pages(after count: Int, gpu: Int) -> Int { count == 0 ? 0 : pages(at: .after(count)) }

    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int {
        count == 0 ? 0 : pages(at: .peak(after: start, within: count))
    }

    func attended(by count: Int, gpu: Int) -> Int { heads * head.attended(by: count) }

    func pairs(after start: Int, through count: Int, gpu: Int) -> Int {
        heads * head.attended(after: start, through: count)
    }

    private func pages(at moment: CacheMoment) -> Int {
        let bytes = memory.bytes(slots: head.slots(at: moment), heads: heads, taken: taken(at: moment)).total
        return (bytes + memory.pageBytes - 1) / memory.pageBytes
    }

    private func taken(at moment: CacheMoment) -> SequenceMemory.Taken {
        let own = head.pages(at: moment, of: memory.pageSlots, memory.allocation)
        switch memory.sharing {
        case .head: return SequenceMemory.Taken(pages: heads * own, tables: heads, longest: own)
        case .layer: return SequenceMemory.Taken(pages: heads * own, tables: layers, longest: own)
        case .shared:
            let together = max(own, shared.pages(at: moment, of: memory.pageSlots, memory.allocation))
            return SequenceMemory.Taken(pages: heads * together, tables: 1, longest: together)
        }
    }
}
