import Descriptions
import Files
import Traces

extension ComparedRun {
    /// Checks that this run is of the same prompts, tokens and shape as `other`; KV heads may differ, since that is what
    /// grouped-query models are compared for.
    /// - Throws: `ComparisonError.differs`, naming what differs.
    func check(against other: ComparedRun) throws {
        func same<Value: Equatable>(_ what: String, _ expected: Value, _ found: Value) throws {
            guard expected == found else {
                throw ComparisonError.differs(
                    run: name, from: other.name, what: what, expected: "\(expected)", found: "\(found)")
            }
        }
        let (shape, reference) = (header.configuration, other.header.configuration)
        try same("layers", reference.layers, shape.layers)
        try same("heads", reference.heads, shape.heads)
        try same("head width", reference.headDim, shape.headDim)
        try same("hidden size", reference.hiddenSize, shape.hiddenSize)
        try same("vocabulary", reference.vocabularySize, shape.vocabularySize)
        try same("tokenizer", other.header.tokenizerFingerprint, header.tokenizerFingerprint)
        try same("number of prompts", other.prompts.count, prompts.count)
        for (prompt, reference) in zip(prompts, other.prompts) {
            try same("prompt", reference.id, prompt.id)
            try same("given tokens of prompt '\(prompt.id)'", reference.promptTokens, prompt.promptTokens)
            let tokens = "tokens of prompt '\(prompt.id)'" + generated(prompt)
            try same(tokens, reference.tokens, prompt.tokens)
            try same("SHA-256 of the \(tokens)", reference.tokenDigest.hexadecimal, prompt.tokenDigest.hexadecimal)
        }
    }

    /// The commonest reason for other tokens: each policy goes on in words of its own.
    private func generated(_ prompt: PromptTrace) -> String {
        let count = prompt.tokens - prompt.promptTokens
        return count > 0 ? " (\(count) of them generated: record without --max-new-tokens to compare)" : ""
    }
}
