import Descriptions
import Traces

/// The replay of a trace in the plainest way: token by token, head by head, every rule as the design words it.
package struct PlainReplay {
    /// The recorded prompt.
    package let prompt: PromptTrace

    /// A replay of one prompt.
    package init(_ prompt: PromptTrace) { self.prompt = prompt }

    /// Slots of a head after `count` tokens, counted one by one; beyond the recording at the append rate of its second
    /// half.
    package func slots(layer: Int, kvHead: Int, after count: Int) -> Int {
        let tokens = prompt.tokens
        var slots = 0
        for t in 0..<min(count, tokens) where !prompt.decisions[layer, kvHead, t] { slots += 1 }
        guard count > tokens else { return slots }
        var late = 0
        for t in tokens / 2..<tokens where !prompt.decisions[layer, kvHead, t] { late += 1 }
        let rate = Double(late) / Double(tokens - tokens / 2)
        return slots + Int((Double(count - tokens) * rate).rounded())
    }

    /// The source layer and head whose curve each head of a model of this shape follows, `[layers][kvHeads]`.
    package func sources(layers: Int, kvHeads: Int) -> [[(layer: Int, head: Int)]] {
        let bits = prompt.decisions
        return (0..<layers).map { layer in
            let source = Int((Double(layer) + 0.5) * Double(bits.layers) / Double(layers))
            var order = Array(0..<bits.kvHeads)
            // A stable sort by hand: the shortest that comes first, again and again.
            var sorted: [Int] = []
            while let next = order.min(by: { final(source, $0) < final(source, $1) }) {
                sorted.append(next)
                order.removeAll { $0 == next }
            }
            return (0..<kvHeads).map { head in
                (source, sorted[Int((Double(head) + 0.5) * Double(bits.kvHeads) / Double(kvHeads))])
            }
        }
    }

    private func final(_ layer: Int, _ head: Int) -> Int {
        slots(layer: layer, kvHead: head, after: prompt.tokens)
    }
}
