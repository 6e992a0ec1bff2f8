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
        try same("width of the MLP", reference.intermediateSize, shape.intermediateSize)
        try same("epsilon of the norms", reference.normEpsilon, shape.normEpsilon)
        try same("base of the rotary embedding", reference.ropeTheta, shape.ropeTheta)
        try same("arithmetic", other.header.arithmetic.rawValue, header.arithmetic.rawValue)
        try same("decision rule", other.header.decisionRule.rawValue, header.decisionRule.rawValue)
        try same("vocabulary", reference.vocabularySize, shape.vocabularySize)
        try same("tokenizer", other.header.tokenizerFingerprint, header.tokenizerFingerprint)
        try same("number of prompts" + shards(other), other.prompts.count, prompts.count)
        for (prompt, reference) in zip(prompts, other.prompts) {
            try same("prompt" + shards(other), reference.id, prompt.id)
            try same("given tokens of prompt '\(prompt.id)'", reference.promptTokens, prompt.promptTokens)
            let tokens = "tokens of prompt '\(prompt.id)'" + generated(prompt)
            try same(tokens, reference.tokens, prompt.tokens)
            try same("SHA-256 of the \(tokens)", reference.tokenDigest.hexadecimal, prompt.tokenDigest.hexadecimal)
        }
    }

    /// Checks that a run whose policy reads what is given with its whole cache has something scored behind that in each
    /// prompt, or in none: likelihoods from before the cut differ from the plain model's by nothing.
    /// - Throws: `ComparisonError.request`, naming the prompt.
    func checkRest() throws {
        guard header.policy.readsPromptsWhole, !isUntested else { return }
        guard let whole = prompts.first(where: { !$0.hasRest }) else { return }
        throw ComparisonError.request(
            "\(name): expected 2 tokens or more behind what was given of every prompt, found "
                + "\(whole.tokens - whole.promptTokens) of prompt '\(whole.id.prefix(200))'")
    }

    /// Checks that no run comes twice: no model under one policy.
    /// - Throws: `ComparisonError.twice`.
    static func checkApart(_ runs: [ComparedRun]) throws {
        for (index, run) in runs.enumerated() {
            if let other = runs[..<index].first(where: run.repeats) {
                throw ComparisonError.twice(
                    run: run.name, other: other.name, what: "\(run.header.policy) on \(run.header.model)")
            }
        }
    }

    private func repeats(_ other: ComparedRun) -> Bool {
        header.isOfSameModel(as: other.header) && header.policy == other.header.policy
            && header.shard == other.header.shard
    }

    /// A likely reason for other prompts: one of the two is a part of a recording.
    private func shards(_ other: ComparedRun) -> String {
        let parts = [(other.name, other.header.shard), (name, header.shard)].compactMap { name, shard in
            shard.map { "\(name) is shard \($0)" }
        }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")): merge the shards first)"
    }

    /// The commonest reason for other tokens: each policy goes on in words of its own.
    private func generated(_ prompt: PromptTrace) -> String {
        let count = prompt.tokens - prompt.promptTokens
        return count > 0 ? " (\(count) of them generated: record without --max-new-tokens to compare)" : ""
    }
}
