import Descriptions
import Foundation

/// One layer's cache under an eviction policy in double precision, one token after another. It keeps keys as they were
/// before rotation and turns them anew for every query.
struct ReferenceEvictingLayer {
    /// A token that a head dropped.
    struct Drop {
        var kvHead: Int
        var position: Int
    }

    private struct Slot {
        var position: Int
        var key: [Double]
        var value: [Double]
        /// What it has received from all queries since it entered.
        var sum = 0.0
        /// What it received from the newest query.
        var latest = 0.0
    }

    /// The slots of each KV head, oldest first.
    private var heads: [[Slot]]
    private let policy: ReferencePolicy
    private let rotated: PlainRotation
    /// The least distance there was between the score of what went and of what stayed, relative to the latter.
    private(set) var leastMargin = Double.infinity

    init(kvHeads: Int, policy: ReferencePolicy, rotation: PlainRotation) {
        heads = Array(repeating: [], count: kvHeads)
        self.policy = policy
        rotated = rotation
    }

    /// Slots held by each KV head.
    var slots: [Int] { heads.map(\.count) }

    /// Takes one token; returns the outputs of all query heads and what was dropped after it.
    mutating func attend(
        queries: [[Double]], keys: [[Double]], values: [[Double]], position: Int
    ) -> (output: [Double], drops: [Drop]) {
        let group = queries.count / keys.count
        var output: [Double] = []
        for head in heads.indices {
            heads[head].append(Slot(position: position, key: keys[head], value: values[head]))
            for slot in heads[head].indices { heads[head][slot].latest = 0 }
            for query in queries[head * group..<(head + 1) * group] { output += attend(query, head, position) }
        }
        return (output, policy.limits(after: position) ? drop() : [])
    }

    /// One query head over its slots.
    private mutating func attend(_ query: [Double], _ head: Int, _ position: Int) -> [Double] {
        let slots = heads[head]
        let turned = rotated(query, policy.usesCachePositions ? slots.count - 1 : position)
        let scores = slots.indices.map { index in
            let place = policy.usesCachePositions ? index : slots[index].position
            let products = zip(turned, rotated(slots[index].key, place)).map { $0 * $1 }
            return products.reduce(0, +) / Double(query.count).squareRoot()
        }
        let largest = scores.max()!
        let total = scores.reduce(0) { $0 + exp($1 - largest) }
        var output = [Double](repeating: 0, count: query.count)
        for index in slots.indices {
            let probability = exp(scores[index] - largest) / total
            heads[head][index].sum += probability
            heads[head][index].latest += probability
            for channel in output.indices { output[channel] += probability * slots[index].value[channel] }
        }
        return output
    }

    /// Drops what is over the budget.
    private mutating func drop() -> [Drop] {
        var drops: [Drop] = []
        if policy.isLayerWide {
            while heads[0].count > policy.budget {
                let scores = heads[0].indices.map { slot in heads.reduce(0) { $0 + $1[slot].latest } }
                let victim = victim(of: scores)
                for head in heads.indices { drops.append(remove(victim, from: head)) }
            }
        } else {
            for head in heads.indices {
                while heads[head].count > policy.budget {
                    let victim = victim(of: heads[head].map(\.sum))
                    drops.append(remove(victim, from: head))
                }
            }
        }
        return drops
    }

    private mutating func remove(_ slot: Int, from head: Int) -> Drop {
        Drop(kvHead: head, position: heads[head].remove(at: slot).position)
    }

    /// The slot to drop next.
    private mutating func victim(of scores: [Double]) -> Int {
        let candidates = scores.indices.filter { policy.mayDrop(slot: $0, of: scores.count) }
        guard policy.scores else { return candidates[0] }
        var victim = candidates[0]
        for slot in candidates where scores[slot] < scores[victim] { victim = slot }
        // In a cut only the last drop has a neighbour that stays.
        if scores.count == policy.budget + 1 {
            for slot in candidates where slot != victim {
                leastMargin = min(leastMargin, 1 - scores[victim] / scores[slot])
            }
        }
        return victim
    }
}
