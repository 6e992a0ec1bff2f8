/// What one sequence holds and reads as its tokens come, on each GPU, all layers and heads there together.
package protocol SequenceCurve: Sendable {
    /// Pages held after `count` tokens; none after none.
    func pages(after count: Int, gpu: Int) -> Int

    /// Most pages held from after token `start` to after token `count`.
    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int

    /// Slots that token `count` (from 1) attends to, itself included.
    func attended(by count: Int, gpu: Int) -> Int

    /// The same, summed over tokens `start` + 1 … `count`: the query–slot pairs of a chunk.
    func pairs(after start: Int, through count: Int, gpu: Int) -> Int
}

/// A sequence whose heads are all alike: everything follows from one head's curve.
struct AlikeCurve: SequenceCurve {
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

/// A sequence whose heads differ: their sums, looked up token by token. Made once for each recorded prompt, so that a
/// simulation does not walk hundreds of heads for every token.
final class SummedCurve: SequenceCurve {
    /// Pages held, `[gpus, tokens + 1]`; never falling, since a trace's heads only grow.
    private let pages: [Int32]
    /// Slots attended to by all tokens so far, `[gpus, tokens + 1]`.
    private let attended: [Int]
    private let stride: Int

    /// Counts that all curves of a trace may hold together: 1.6 GB of them.
    private static let mostCounts = 1 << 27

    /// The sums of every recorded prompt of `plan`, up to `tokens` tokens.
    /// - Throws: `CapacityError.request` where they would take more memory than is sensible.
    static func all(_ plan: VariantPlan, tokens: Int) throws -> [SummedCurve] {
        let curves = plan.promptCount * plan.placement.gpus
        guard (tokens + 1) * curves <= mostCounts else {
            throw CapacityError.request(
                "requests of \(tokens) tokens under \(plan.promptCount) recorded prompts on \(plan.placement.gpus) "
                    + "GPUs: expected at most \(mostCounts / curves) tokens, to be replayed one by one")
        }
        return plan.pattern.prompts.indices.map { SummedCurve(plan, prompt: $0, tokens: tokens) }
    }

    private init(_ plan: VariantPlan, prompt index: Int, tokens: Int) {
        let (prompt, loads, pageBytes) = (
            plan.pattern.prompts[index], plan.sequence.loads[index], plan.memory.pageBytes
        )
        let stride = tokens + 1
        var pages = [Int32](repeating: 0, count: loads.count * stride)
        var attended = [Int](repeating: 0, count: loads.count * stride)
        for count in 1...tokens {
            let bytes = plan.sequence.bytesByGPU(index, .after(count))
            let slots = prompt.curves.map { $0.attended(by: count) }
            for gpu in loads.indices {
                pages[gpu * stride + count] = Int32(clamping: (bytes[gpu].total + pageBytes - 1) / pageBytes)
                let sum = zip(loads[gpu], slots).reduce(0) { $0 + $1.0 * $1.1 }
                attended[gpu * stride + count] = attended[gpu * stride + count - 1] + sum
            }
        }
        self.stride = stride
        self.pages = pages
        self.attended = attended
    }

    func pages(after count: Int, gpu: Int) -> Int { Int(pages[gpu * stride + count]) }

    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int { Int(pages[gpu * stride + count]) }

    func attended(by count: Int, gpu: Int) -> Int {
        attended[gpu * stride + count] - attended[gpu * stride + count - 1]
    }

    func pairs(after start: Int, through count: Int, gpu: Int) -> Int {
        attended[gpu * stride + count] - attended[gpu * stride + start]
    }
}
