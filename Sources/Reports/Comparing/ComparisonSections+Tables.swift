import Comparison

extension ComparisonSections {
    /// What each row kept and lost, and which model it ran on.
    func keptTable() -> ReportTable {
        ReportTable(
            caption: "What each policy kept and lost",
            columns: [
                .words("Budget"), .words("Policy"), .words("Model"), .number("Kept"),
                .number("Slots a\u{A0}sequence"), .number("Most slots"), .number("Bytes a\u{A0}sequence"),
                .number("Nats/token"), .number("Lost"), .words("95\u{A0}% interval"), .number("Perplexity"),
            ],
            rows: comparison.rows.map(Self.cells),
            notes: [
                "Slots and bytes are means over prompts at their ends, on the model that ran, in 16-bit numbers. A budget "
                    + "of its own means that no limit was set: the model keeps what it was made to keep. Perplexity is "
                    + "over the plain model's."
            ])
    }

    private static func cells(_ row: ComparisonRow) -> [String] {
        [
            row.budget ?? "own", row.policy, "\(row.model) (\(row.modelNote))",
            "\(NumberText.fixed(100 * row.kept, places: 1)) %", NumberText.grouped(Int(row.slots.mean.rounded())),
            NumberText.grouped(Int(row.slots.max.rounded())), NumberText.bytes(row.bytes.mean),
            NumberText.fixed(row.meanNLL, places: 4), row.difference.map { ComparisonReport.signed($0.mean) } ?? "–",
            row.difference.map { "\(ComparisonReport.signed($0.low)) to \(ComparisonReport.signed($0.high))" } ?? "–",
            row.perplexityRatio.map { "\(NumberText.fixed($0, places: 3))×" } ?? "–",
        ]
    }

    /// The models that ran.
    func modelTable() -> ReportTable {
        ReportTable(
            caption: "The models that ran", columns: [.words("Model"), .words("What it is"), .words("Checkpoint")],
            rows: comparison.models.map { run in
                [run.header.model, run.modelNote, String(run.header.checkpointFingerprint.prefix(16))]
            })
    }
}
