import Capacity
import Comparison
import Descriptions

extension ComparisonReport {
    /// A row a policy and budget; exact and stable.
    public func csv() -> String {
        let titles = [
            "budget", "policy", "model", "model_note", "kept", "compression_ratio", "slots_mean", "slots_p50",
            "slots_p99",
            "slots_max", "bytes_mean", "bytes_p50", "bytes_p99", "bytes_max", "mean_nll", "difference",
            "difference_low",
            "difference_high", "perplexity_ratio", "max_batch", "throughput_tokens_per_second",
        ]
        let rows = comparison.rows.map { row in
            let cells: [String?] = [
                row.budget, row.policy, row.model, row.modelNote, "\(row.kept)", "\(row.compressionRatio)",
                "\(row.slots.mean)", "\(row.slots.p50)", "\(row.slots.p99)", "\(row.slots.max)", "\(row.bytes.mean)",
                "\(row.bytes.p50)", "\(row.bytes.p99)", "\(row.bytes.max)", "\(row.meanNLL)",
                row.difference.map { "\($0.mean)" }, row.difference.map { "\($0.low)" },
                row.difference.map { "\($0.high)" }, row.perplexityRatio.map { "\($0)" },
                row.plan.map { "\($0.maxBatch)" }, row.plan?.throughputTokensPerSecond.map { "\($0)" },
            ]
            return cells.map { PlanFormatting.csv($0 ?? "") }.joined(separator: ",")
        }
        return ([titles.joined(separator: ",")] + rows).map { $0 + "\n" }.joined()
    }

    /// As JSON: the rows with their projections, losses over position, and the answer in words.
    /// - Throws: as `Planner`.
    public func json() throws -> String {
        try JSONText.text(
            ComparisonJSON(
                version: Release.version, prompts: comparison.baseline.prompts.map(\.id), seed: comparison.seed,
                confidence: PairedDifference.confidence, resamples: PairedDifference.resamples,
                checkpoints: Dictionary(
                    comparison.models.map { ($0.header.model, $0.header.checkpointFingerprint) },
                    uniquingKeysWith: { first, _ in first }),
                rows: comparison.rows.map(ComparisonJSON.Row.init), answers: try answers()))
    }
}

/// What `compare --format json` prints.
private struct ComparisonJSON: Encodable {
    let command = "compare"
    let version: String
    let prompts: [String]
    let seed: UInt64
    let confidence: Double
    let resamples: Int
    let checkpoints: [String: String]
    let rows: [Row]
    let answers: [String]

    struct Row: Encodable {
        let budget: String?
        let policy: String
        let model: String
        let modelNote: String
        let kept: Double
        let compressionRatio: Double
        let slots: Spread
        let bytes: Spread
        let meanNLL: Double
        let difference: PairedDifference?
        let perplexityRatio: Double?
        let byPosition: [PositionLoss]
        let plan: PlanRow?

        init(_ row: ComparisonRow) {
            budget = row.budget
            policy = row.policy
            model = row.model
            modelNote = row.modelNote
            kept = row.kept
            compressionRatio = row.compressionRatio
            slots = row.slots
            bytes = row.bytes
            meanNLL = row.meanNLL
            difference = row.difference
            perplexityRatio = row.perplexityRatio
            byPosition = row.byPosition
            plan = row.plan
        }

        enum CodingKeys: String, CodingKey {
            case budget, policy, model, kept, slots, bytes, difference, plan
            case modelNote = "model_note"
            case compressionRatio = "compression_ratio"
            case meanNLL = "mean_nll"
            case perplexityRatio = "perplexity_ratio"
            case byPosition = "by_position"
        }
    }
}
