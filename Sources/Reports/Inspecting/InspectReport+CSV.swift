import Traces

extension InspectReport {
    /// What a row of the CSV is.
    public enum Table: String, CaseIterable, Sendable {
        /// A prompt in a head: tokens, merged, dropped, slots.
        case prompts
        /// A head over all prompts: its ratio, and how that varies.
        case heads
        /// A head's segments of one class of lengths.
        case segments
        /// A head's merges and drops among the positions of one bin.
        case positions
    }

    /// One of the tables, a line of names first.
    /// - Throws: what `output` throws; the trace's errors.
    public func writeCSV(_ table: Table = .prompts, to output: (String) throws -> Void) throws {
        switch table {
        case .prompts: try writePrompts(to: output)
        case .heads: try output(DataText.csv([Self.headColumns] + perHead { headRows($0, $1) }))
        case .segments: try output(DataText.csv([Self.segmentColumns] + perHead { segmentRows($0, $1) }))
        case .positions: try output(DataText.csv([Self.positionColumns] + perHead { positionRows($0, $1) }))
        }
    }

    // MARK: Prompts

    private func writePrompts(to output: (String) throws -> Void) throws {
        let columns = [
            "prompt", "layer", "kv_head", "prompt_tokens", "tokens", "merged", "dropped", "prompt_slots", "slots",
            "compression_ratio",
        ]
        let decisions = showsDecisions ? [reader.header.policy.evicts ? "evictions" : "decisions"] : []
        try output(DataText.csv([columns + decisions + (keptAfter == nil ? [] : ["kept"])]))
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
            + (keptAfter.map { [prompt.keptRanges(layer: layer, kvHead: head, after: $0)] } ?? [])
    }

    // MARK: Heads

    private func perHead(_ rows: (_ head: HeadSummary, _ profile: HeadProfile) -> [[String]]) -> [[String]] {
        summary.heads.joined().flatMap { head in
            rows(head, profile.heads[head.layer][head.kvHead]).map { ["\(head.layer)", "\(head.kvHead)"] + $0 }
        }
    }

    private static let headColumns = [
        "layer", "kv_head", "compression_ratio", "mean_ratio", "min_ratio", "max_ratio", "coefficient_of_variation",
        "merged", "dropped", "longest_segment",
    ]

    private func headRows(_ head: HeadSummary, _ profile: HeadProfile) -> [[String]] {
        let spread = head.spread
        let ratios = [
            head.compressionRatio, spread.mean, spread.minimum, spread.maximum, spread.coefficientOfVariation,
        ]
        let counts = [profile.merged.reduce(0, +), profile.dropped.reduce(0, +), profile.longestSegment]
        return [ratios.map(DataText.number) + counts.map(String.init)]
    }

    private static let segmentColumns = ["layer", "kv_head", "from_tokens", "to_tokens", "segments"]

    private func segmentRows(_ head: HeadSummary, _ profile: HeadProfile) -> [[String]] {
        profile.segments.enumerated().map { index, count in
            let before = index == 0 ? 0 : HeadProfile.longest(ofClass: index - 1)
            return ["\(before + 1)", "\(HeadProfile.longest(ofClass: index))", "\(count)"]
        }
    }

    private static let positionColumns = [
        "layer", "kv_head", "from_position", "to_position", "tokens", "merged", "dropped", "merge_rate", "drop_rate",
    ]

    private func positionRows(_ head: HeadSummary, _ heads: HeadProfile) -> [[String]] {
        let merges = profile.mergeRates(layer: head.layer, kvHead: head.kvHead)
        let drops = profile.dropRates(layer: head.layer, kvHead: head.kvHead)
        return profile.tokens.indices.map { bin in
            let first = bin * profile.binWidth
            return [
                "\(first)", "\(first + profile.binWidth - 1)", "\(profile.tokens[bin])", "\(heads.merged[bin])",
                "\(heads.dropped[bin])", DataText.number(merges[bin]), DataText.number(drops[bin]),
            ]
        }
    }
}
