/// Which tokens a head (or a layer whose heads are alike) holds, slot by slot, and their scores.
final class Ledger<Rule: EvictionRule> {
    private let rule: Rule
    /// Positions of the held tokens, in the order of their slots.
    private(set) var positions: [Int] = []
    private var scores: [Double] = []

    init(_ rule: Rule) { self.rule = rule }

    var count: Int { positions.count }

    /// A token enters, at the end.
    func enter(_ position: Int) {
        positions.append(position)
        scores.append(0)
    }

    /// Takes what the slots have received from new queries: by one KV head's group, or by all of a layer's.
    func score(_ received: [ReceivedAttention]) {
        guard rule.scoring != .none else { return }
        if rule.scoring == .latest { for slot in scores.indices { scores[slot] = 0 } }
        for part in received {
            for slot in scores.indices { scores[slot] += part.sums[slot] }
        }
    }

    /// The slot to drop next.
    func victim(newest: Int) -> Int {
        var victim: Int?
        for slot in positions.indices where rule.mayDrop(position: positions[slot], newest: newest) {
            guard let best = victim else {
                victim = slot
                continue
            }
            if (scores[slot], positions[slot]) < (scores[best], positions[best]) { victim = slot }
        }
        guard let victim else { preconditionFailure("a rule may always drop something beyond its budget") }
        return victim
    }

    /// The slots that one cut to the budget leaves, in rising order.
    func survivors(newest: Int) -> [Int] {
        let candidates = positions.indices.filter { rule.mayDrop(position: positions[$0], newest: newest) }
        let ordered = candidates.sorted { (scores[$0], positions[$0]) < (scores[$1], positions[$1]) }
        let dropped = Set(ordered.prefix(max(0, count - rule.budget)))
        return positions.indices.filter { !dropped.contains($0) }
    }

    /// A slot goes and the last takes its place, as in `SlotBuffer.remove`.
    func remove(_ slot: Int) {
        positions.swapAt(slot, count - 1)
        scores.swapAt(slot, count - 1)
        positions.removeLast()
        scores.removeLast()
    }

    /// Only `kept` stay, in rising order, as in `SlotBuffer.keep`.
    func keep(_ kept: [Int]) {
        positions = kept.map { positions[$0] }
        scores = kept.map { scores[$0] }
    }
}
