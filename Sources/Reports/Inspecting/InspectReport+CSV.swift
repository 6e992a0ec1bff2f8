import Traces

extension InspectReport {
    /// A row for every prompt, layer and head, a line of names first.
    /// - Throws: what `output` throws; the trace's errors.
    public func writeCSV(to output: (String) throws -> Void) throws {
        let columns = [
            "prompt", "layer", "kv_head", "prompt_tokens", "tokens", "merged", "dropped", "prompt_slots", "slots",
            "compression_ratio",
        ]
        try output(
            DataText.csv([columns + (showsDecisions ? [reader.header.policy.evicts ? "evictions" : "decisions"] : [])]))
        try reader.forEachPrompt { prompt in
            let figures = PromptSummary(prompt)
            for layer in 0..<summary.layers {
                let rows = (0..<summary.kvHeads).map { row(prompt, figures, layer, $0) }
                try output(DataText.csv(rows))
            }
        }
    }

    private func row(_ prompt: PromptTrace, _ figures: PromptSummary, _ layer: Int, _ head: Int) -> [String] {
        let merged = prompt.tokens - prompt.decisions.slots(layer: layer, kvHead: head, after: prompt.tokens)
        let dropped = prompt.evictions?[layer, head].count ?? 0
        let decisions = prompt.evictions?.words(layer: layer, kvHead: head)
        return [
            prompt.id, "\(layer)", "\(head)", "\(prompt.promptTokens)", "\(prompt.tokens)",
            "\(merged)", "\(dropped)",
            "\(figures.promptSlots[layer][head])", "\(figures.slots[layer][head])",
            DataText.number(figures.compressionRatio(layer: layer, kvHead: head)),
        ] + (showsDecisions ? [decisions ?? prompt.decisions.digits(layer: layer, kvHead: head)] : [])
    }
}
