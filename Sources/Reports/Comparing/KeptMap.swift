import Comparison
import Traces

/// Which tokens one head holds as a sequence grows, under one policy.
struct KeptMap {
    /// A head of a model.
    struct Head: Equatable {
        let layer: Int
        let kvHead: Int
    }

    /// For each position the number of tokens after which it is held no more, or never was; the sequence's length + 1
    /// where it is held to the end.
    private let ends: [Int]

    /// The map of a head. A token that was merged never held a slot of its own.
    init(_ prompt: PromptTrace, _ head: Head) {
        var ends = (0..<prompt.tokens).map { position in
            prompt.decisions[head.layer, head.kvHead, position] ? 0 : prompt.tokens + 1
        }
        for drop in prompt.evictions?[head.layer, head.kvHead] ?? [] { ends[drop.position] = drop.token + 1 }
        self.ends = ends
    }

    /// Positions that are held at the end.
    var kept: Set<Int> { Set(ends.indices.filter { ends[$0] > ends.count }) }

    /// Per cent of the positions in a row that are held after the tokens of a column: `[position][time]`, each cell
    /// `size` tokens wide.
    func cells(size: Int) -> [[Double]] {
        let count = (ends.count + size - 1) / size
        return (0..<count).map { row in
            let positions = row * size..<min((row + 1) * size, ends.count)
            return (0..<count).map { column in
                let tokens = min((column + 1) * size, ends.count)
                let held = positions.count { $0 < tokens && tokens < ends[$0] }
                return (100 * Double(held) / Double(positions.count)).rounded()
            }
        }
    }

    /// The head in whose final slots the runs differ most: the least overlap (shared over all, in the mean over pairs).
    static func mostVaried(_ prompts: [PromptTrace]) -> Head {
        let shape = prompts[0].decisions
        let heads = (0..<shape.layers).flatMap { layer in
            (0..<shape.kvHeads).map { Head(layer: layer, kvHead: $0) }
        }
        let overlaps = heads.map { head in overlap(prompts.map { KeptMap($0, head).kept }) }
        return heads[overlaps.indices.min { overlaps[$0] < overlaps[$1] } ?? 0]
    }

    private static func overlap(_ sets: [Set<Int>]) -> Double {
        var sum = 0.0
        for (index, one) in sets.enumerated() {
            for other in sets.dropFirst(index + 1) {
                sum += Double(one.intersection(other).count) / Double(max(1, one.union(other).count))
            }
        }
        return sum
    }
}
