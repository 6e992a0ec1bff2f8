import Capacity
import Comparison

extension ComparisonReport {
    /// What each row kept and lost, and which model it ran on.
    var keptTable: ReportTable {
        ReportTable(
            caption: "What each policy kept and lost",
            columns: [
                .words("Budget"), .words("Policy"), .words("Model"), .number("Kept"), .number("Slots"), .number("p50"),
                .number("p99"), .number("most"), .number("Bytes"), .number("p50"), .number("p99"), .number("most"),
                .number("Nats/token"), .number("Lost"), .words("95\u{A0}% interval"), .number("Perplexity"),
            ],
            rows: comparison.rows.map(Self.kept),
            notes: [
                "Slots and bytes are those of a sequence at its end, on the model that ran: mean, p50, p99 and most over "
                    + "prompts. Bytes count keys and values in 16-bit numbers and pages of 16 slots, block tables, and what "
                    + "the policy keeps beside. A budget of its own means that no limit was set: the model keeps what it was "
                    + "made to keep. Perplexity is over the plain model's. Of grouped heads nothing but the checkpoint says "
                    + "that they were trained: `headroom convert` marks those that it averages, other programs may not."
            ])
    }

    private static func kept(_ row: ComparisonRow) -> [String] {
        var cells = [row.budget ?? "own", row.policy, row.modelLabel, percent(row.kept)]
        cells += figures(row.slots) { NumberText.grouped(Int($0.rounded())) }
        cells += figures(row.bytes) { NumberText.bytes($0) }
        cells += [NumberText.fixed(row.meanNLL, places: 4), lost(row) ?? "—", row.difference.flatMap(interval) ?? "—"]
        return cells + [row.perplexityRatio.map { "×\(NumberText.fixed($0, places: 3))" } ?? "—"]
    }

    private static func figures(_ spread: Spread, _ text: (Double) -> String) -> [String] {
        [spread.mean, spread.p50, spread.p99, spread.max].map(text)
    }

    /// What each row buys on the GPU that is planned for.
    func boughtTable(_ plan: PlanRequest) -> ReportTable {
        let full = comparison.rows[0].plan?.throughputTokensPerSecond
        return ReportTable(
            caption: "\(plan.model.name) on \(plan.gpus) x \(plan.gpu.name), "
                + "\(NumberText.grouped(plan.promptTokens)) + \(NumberText.grouped(plan.newTokens)) tokens",
            columns: [
                .words("Budget"), .words("Policy"), .words("Quality from"), .number("Cache/sequence"),
                .number("Largest batch"), .number("Tokens/s"), .number("Against full"), .words("Head lengths"),
            ],
            rows: comparison.rows.compactMap { row in row.plan.map { Self.bought(row, $0, full) } },
            notes: [
                "Projections, not measurements. A sequence's cache is counted at its end, with tables and what the policy "
                    + "keeps beside; tokens/s are those of decoding at the largest batch."
            ] + planNotes)
    }

    private static func bought(_ row: ComparisonRow, _ plan: PlanRow, _ full: Double?) -> [String] {
        let bytes = plan.kvBytesPerSequence + plan.stateBytesPerSequence + plan.tableBytesPerSequence
        let ratio = plan.throughputTokensPerSecond.flatMap { own in full.map { own / $0 } }
        return [
            row.budget ?? "own", plan.policy, quality(row), NumberText.bytes(Double(bytes)),
            NumberText.grouped(plan.maxBatch),
            plan.throughputTokensPerSecond.map { NumberText.fixed($0, places: 0) } ?? "—",
            ratio.map { "×\(NumberText.fixed($0, places: 2))" } ?? "—", plan.source.rawValue,
        ]
    }

    /// The model whose loss goes with a projection; none where there is no such loss.
    private static func quality(_ row: ComparisonRow) -> String {
        if row.isUntested { return "untested" }
        return row.isPlannedAsMeasured ? row.modelLabel : "none: \(row.modelLabel) kept \(percent(row.kept))"
    }

    /// What to know of the projections: of some policies, then of all times.
    var planNotes: [String] {
        let plans = comparison.rows.compactMap(\.plan)
        let beyond = plans.flatMap(\.extrapolations)
        let texts = Set(beyond.map(\.text))
        let own = plans.flatMap { plan in plan.notes.map { "\(plan.policy): \($0)" } }
        let times = plans.flatMap(\.timeNotes).filter { !texts.contains($0) }
        return (own + times).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            + Extrapolation.texts(beyond)
    }

    /// The models that ran.
    var modelTable: ReportTable {
        ReportTable(
            caption: "The models that ran", columns: [.words("Model"), .words("What it is"), .words("Checkpoint")],
            rows: comparison.models.map { run in
                [comparison.name(of: run), run.modelNote, String(run.header.checkpointFingerprint.prefix(16))]
            })
    }

    static func percent(_ share: Double) -> String { "\(NumberText.fixed(100 * share, places: 1)) %" }
}
