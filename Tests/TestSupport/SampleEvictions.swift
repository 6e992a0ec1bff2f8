import Descriptions
import Traces

/// Made-up recordings of policies that evict: the same at every run.
package enum SampleEvictions {
    /// The sample header under a policy that evicts, on a plain model.
    package static func header(
        _ policy: CachePolicy, layers: Int = 2, kvHeads: Int = 2, keepsTokens: Bool = false
    ) -> TraceHeader {
        var header = SampleTrace.header(layers: layers, kvHeads: kvHeads, keepsTokens: keepsTokens)
        header.policy = policy
        header.configuration.dmc = nil
        return header
    }

    /// A prompt whose heads drop as the header's policy lets them, victims drawn at random.
    package static func prompt(
        _ id: String, tokens: Int, promptTokens: Int? = nil, header: TraceHeader
    ) -> PromptTrace {
        var prompt = SampleTrace.prompt(id, tokens: tokens, promptTokens: promptTokens, header: header)
        let shape = header.configuration
        var log = EvictionLog(layers: shape.layers, kvHeads: shape.kvHeads)
        var numbers = SeededNumbers(seed: UInt64(tokens))
        for layer in 0..<shape.layers {
            for kvHead in 0..<shape.kvHeads {
                log[layer, kvHead] =
                    isLayerWide(header.policy) && kvHead > 0
                    ? log[layer, 0] : drops(prompt, header, numbers: &numbers)
            }
        }
        prompt.decisions = DecisionBits(layers: shape.layers, kvHeads: shape.kvHeads, tokens: tokens)
        prompt.evictions = log
        return prompt
    }

    /// Prompts shorter and longer than the budget, one that generated.
    package static func prompts(header: TraceHeader) -> [PromptTrace] {
        [
            prompt("first", tokens: 70, header: header), prompt("zweiter: é", tokens: 1, header: header),
            prompt("third", tokens: 19, promptTokens: 12, header: header),
        ]
    }

    private static func isLayerWide(_ policy: CachePolicy) -> Bool {
        switch policy {
        case .leastAttended, .window, .streaming: true
        default: false
        }
    }

    private static func drops(
        _ prompt: PromptTrace, _ header: TraceHeader, numbers: inout SeededNumbers
    ) -> [EvictionLog.Drop] {
        let policy = header.policy
        let longest = max(prompt.tokens, prompt.promptTokens + header.maxNewTokens)
        var held: [Int] = []
        var drops: [EvictionLog.Drop] = []
        let first = policy.prefill == .online ? 0 : prompt.promptTokens - 1
        for token in 0..<prompt.tokens {
            held.append(token)
            guard token >= first, policy.prefill != .only || token == first else { continue }
            while held.count > policy.budget(tokens: longest)! {
                let victim = victim(policy, held.count, longest, &numbers)
                drops.append(EvictionLog.Drop(token: token, position: held.remove(at: victim)))
            }
        }
        return drops
    }

    /// The place of what goes among `held` slots, oldest first.
    private static func victim(
        _ policy: CachePolicy, _ held: Int, _ longest: Int, _ numbers: inout SeededNumbers
    ) -> Int {
        switch policy {
        case .window(let sinks, _, _), .streaming(let sinks, _, _): sinks.resolved(tokens: longest)
        case .heavyHitters(_, let recent, _): Int(numbers.next() % UInt64(held - recent.resolved(tokens: longest)))
        case .leastAttended(_, let protect, _): Int(numbers.next() % UInt64(held - protect))
        case .full, .dmc: preconditionFailure("these evict nothing")
        }
    }
}
