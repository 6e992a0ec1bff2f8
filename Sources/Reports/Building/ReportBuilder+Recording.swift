import Traces

extension ReportBuilder {
    /// What was recorded: which heads compress, on what kind of text, how well the model predicted it.
    func recordingSection() -> Report.Section {
        let header = recording.trace.header
        let text =
            "\(header.model) ran on \(NumberText.grouped(recording.summary.prompts.count)) prompts with policy "
            + "\(header.policy). A head that merges a token into the slot before it needs no new slot: its compression "
            + "is the number of tokens over the number of slots. A ratio over several heads or prompts is all their "
            + "tokens over all their slots, never a mean of ratios."
            + (recording.trace.shardNote.map { " This is \($0)." } ?? "")
        return Report.Section(
            heading: "What the heads did", paragraphs: [text], figures: [compressionFigure()],
            tables: [kindTable(), traceTable()])
    }

    private func compressionFigure() -> Figure {
        let spread = recording.summary.promptSpread
        var caption =
            "Tokens over slots of every KV head of \(recording.trace.header.model), over all prompts. One step of "
            + "colour darker is twice the compression."
        let heads = recording.summary.mostCompressedHeads
        if let most = heads.first, let least = heads.last {
            caption += " The most compressed head is \(Self.place(most)), the least \(Self.place(least))."
        }
        if let spread, recording.summary.prompts.count > 1 {
            let (low, high) = (ratio(spread.minimum), ratio(spread.maximum))
            caption += " All heads together, prompts range from \(low) to \(high)."
        }
        return Figure(
            name: "compression-by-head", title: "Compression by layer and head", caption: caption,
            chart: .heatMap(
                HeatMap(
                    x: FigureAxis(label: "KV head", column: "kv_head", quantity: .index),
                    y: FigureAxis(label: "Layer", column: "layer", quantity: .index),
                    value: FigureAxis(
                        label: "Compression", column: "compression_ratio", quantity: .tokensPerSlot,
                        scale: .logarithmic(base: 2)),
                    cells: recording.summary.headRatios)))
    }

    private static func place(_ head: HeadSummary) -> String {
        let ratio = NumberText.fixed(head.compressionRatio, places: 1)
        return "head \(head.kvHead) of layer \(head.layer) (\(ratio)×)"
    }

    private func kindTable() -> ReportTable {
        let kinds = PromptKind.all(of: recording.summary.prompts)
        let all = PromptKind(name: "all", prompts: recording.summary.prompts)
        return ReportTable(
            caption: "Compression by kind of prompt",
            columns: [
                .words("Kind"), .number("Prompts"), .number("Tokens"), .number("Compression"),
                .number("Negative log-likelihood, nats a token"),
            ],
            rows: (kinds.count > 1 ? kinds + [all] : [all]).map { kind in
                [
                    kind.name, NumberText.grouped(kind.prompts.count), NumberText.grouped(kind.tokens),
                    ratio(kind.compressionRatio),
                    kind.meanNegativeLogLikelihood.map { NumberText.fixed($0, places: 3) } ?? "–",
                ]
            },
            notes: kinds.count > 1 ? ["The kind is what stands before the first hyphen of a prompt's name."] : [])
    }

    private func traceTable() -> ReportTable {
        ReportTable(
            caption: "What the trace's bytes are spent on",
            columns: [
                .words("Trace"), .number("Decisions"), .number("Decision bits"), .number("Likelihoods"),
                .number("Framing and ids"), .number("File"), .number("Bytes a decision"),
            ],
            rows: zip(recording.names, recording.sizes).map { name, size in
                [
                    name, NumberText.grouped(size.decisions), NumberText.bytes(Double(size.decisionBytes)),
                    NumberText.bytes(Double(size.likelihoodBytes)),
                    NumberText.bytes(Double(size.framingBytes + size.tokenBytes)),
                    NumberText.bytes(Double(size.fileBytes)),
                    size.bytesPerDecision.map { NumberText.significant($0) } ?? "–",
                ]
            })
    }

    private func ratio(_ value: Double) -> String { "\(NumberText.fixed(value, places: 2))×" }
}
