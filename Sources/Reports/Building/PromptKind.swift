import Traces

/// Prompts of one kind, taken together. A prompt's kind is what its id has before the first hyphen.
struct PromptKind: Equatable {
    /// The kind.
    let name: String
    /// Its prompts.
    let prompts: [PromptSummary]

    /// All kinds, in the order in which they first come.
    static func all(of prompts: [PromptSummary]) -> [PromptKind] {
        var order: [String] = []
        var groups: [String: [PromptSummary]] = [:]
        for prompt in prompts {
            let name = prompt.id.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)[0]
            if groups[String(name)] == nil { order.append(String(name)) }
            groups[String(name), default: []].append(prompt)
        }
        return order.map { PromptKind(name: $0, prompts: groups[$0] ?? []) }
    }

    /// Tokens of all of them.
    var tokens: Int { prompts.reduce(0) { $0 + $1.tokens } }

    /// Tokens over slots, over all of them.
    var compressionRatio: Double {
        let tokens = prompts.reduce(0) { $0 + $1.tokens * $1.slots.reduce(0) { $0 + $1.count } }
        let slots = prompts.reduce(0) { $0 + $1.totalSlots }
        return slots == 0 ? 1 : Double(tokens) / Double(slots)
    }

    /// Mean over predicted tokens, in nats; nil where none was predicted.
    var meanNegativeLogLikelihood: Double? {
        let count = prompts.reduce(0) { $0 + max(0, $1.tokens - 1) }
        return count == 0 ? nil : prompts.reduce(0) { $0 + $1.likelihoodSum } / Double(count)
    }
}
