import Comparison
import Traces

/// Which tokens one head holds as a sequence grows, under one policy.
struct KeptMap {
    private let prompt: PromptTrace
    private let head: HeadPlace

    /// The map of a head. A token that was merged never held a slot of its own.
    init(_ prompt: PromptTrace, _ head: HeadPlace) {
        self.prompt = prompt
        self.head = head
    }

    /// Positions that are held after the first `tokens`.
    private func kept(after tokens: Int) -> [Int] { prompt.kept(layer: head.layer, kvHead: head.kvHead, after: tokens) }

    /// Per cent of the positions in a row that are held after the tokens of a column: `[position][time]`, each cell
    /// `size` tokens wide.
    func cells(size: Int) -> [[Double]] {
        let count = (prompt.tokens + size - 1) / size
        var held = Array(repeating: Array(repeating: 0, count: count), count: count)
        for column in 0..<count {
            for position in kept(after: min((column + 1) * size, prompt.tokens)) { held[position / size][column] += 1 }
        }
        return held.enumerated().map { row, held in
            let positions = min(size, prompt.tokens - row * size)
            return held.map { (100 * Double($0) / Double(positions)).rounded() }
        }
    }

    /// The head in whose final slots the runs differ most: the least overlap (shared over all, in the mean over pairs).
    static func mostVaried(_ prompts: [PromptTrace]) -> HeadPlace {
        let shape = prompts[0].decisions
        let heads = (0..<shape.layers).flatMap { layer in
            (0..<shape.kvHeads).map { HeadPlace(layer: layer, kvHead: $0) }
        }
        let overlaps = heads.map { head in overlap(prompts.map { Set(KeptMap($0, head).kept(after: $0.tokens)) }) }
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
