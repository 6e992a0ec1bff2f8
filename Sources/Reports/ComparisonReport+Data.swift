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
            "difference_high", "perplexity_ratio", "max_batch", "throughput_tokens_per_second", "untested",
            "checkpoint", "trained",
            "planned_policy", "kv_bytes_per_sequence", "state_bytes_per_sequence", "throughput_ratio", "source",
            "planned_as_measured", "bytes_share", "planned_model", "gpu", "gpus", "prompt_tokens", "new_tokens",
            "arithmetic", "seed",
        ]
        let full = comparison.rows[0].plan?.throughputTokensPerSecond
        let rows = comparison.rows.map { row in
            (Self.measured(row) + Self.planned(row, full) + conditions(row)).map { PlanFormatting.csv($0 ?? "") }
                .joined(separator: ",")
        }
        return ([titles.joined(separator: ",")] + rows).map { $0 + "\n" }.joined()
    }

    /// What a row holds for: alike in all rows, so that a table stands by itself.
    private func conditions(_ row: ComparisonRow) -> [String?] {
        let plan = row.plan
        let numbers = [plan?.gpus, plan?.promptTokens, plan?.newTokens].map { number in number.map { "\($0)" } }
        return [plan?.model, plan?.gpu] + numbers
            + [comparison.baseline.header.arithmetic.rawValue, "\(comparison.seed)"]
    }

    private static func measured(_ row: ComparisonRow) -> [String?] {
        var cells: [String?] = [
            row.budget, row.policy, row.model, row.modelNote, "\(row.kept)", "\(row.compressionRatio)",
        ]
        for spread in [row.slots, row.bytes] {
            cells += ["\(spread.mean)", "\(spread.p50)", "\(spread.p99)", "\(spread.max)"]
        }
        cells.append("\(row.meanNLL)")
        let loss: [Double?] = [row.difference?.mean, row.difference?.low, row.difference?.high, row.perplexityRatio]
        return cells + loss.map { number in number.map { "\($0)" } }
    }

    private static func planned(_ row: ComparisonRow, _ full: Double?) -> [String?] {
        let plan = row.plan
        let throughput = plan?.throughputTokensPerSecond
        let ratio = throughput.flatMap { own in full.map { own / $0 } }
        let bytes = [plan?.kvBytesPerSequence, plan?.stateBytesPerSequence].map { count in count.map { "\($0)" } }
        var cells: [String?] = [plan.map { "\($0.maxBatch)" }, throughput.map { "\($0)" }, "\(row.isUntested)"]
        cells += [row.checkpoint, row.isTrained.map { "\($0)" }, plan?.policy]
        cells += bytes
        cells += [ratio.map { "\($0)" }, plan?.source.rawValue, plan.map { _ in "\(row.isPlannedAsMeasured)" }]
        cells.append("\(row.bytesShare)")
        return cells
    }

    /// As JSON: the rows with their projections, losses over position, and the answer in words.
    /// - Throws: `EncodingError` where a number is not finite.
    public func json() throws -> String {
        try JSONText.text(
            ComparisonJSON(
                commandLine: command, version: Release.version,
                arithmetic: comparison.baseline.header.arithmetic.rawValue,
                kernels: kernels, tokenizer: comparison.baseline.header.tokenizerFingerprint,
                promptList: comparison.baseline.header.promptListDigest, prompts: comparison.baseline.prompts.map(\.id),
                seed: comparison.seed,
                confidence: PairedDifference.confidence, resamples: PairedDifference.resamples,
                shard: comparison.shard?.description, models: comparison.models.map(ComparisonJSON.Model.init),
                rows: comparison.rows.map(ComparisonJSON.Row.init),
                standings: comparison.standings.map { ComparisonJSON.Standing($0, comparison.rows) },
                payoffs: comparison.payoffs.map(ComparisonJSON.Pays.init), answers: answers()))
    }
}

/// What `compare --format json` prints.
private struct ComparisonJSON: Encodable {
    let command = "compare"
    let commandLine: String?
    let version: String
    let arithmetic: String
    let kernels: [String]
    let tokenizer: String
    let promptList: String
    let prompts: [String]
    let seed: UInt64
    let confidence: Double
    let resamples: Int
    let shard: String?
    let models: [Model]
    let rows: [Row]
    let standings: [Standing]
    let payoffs: [Pays]
    let answers: [String]

    enum CodingKeys: String, CodingKey {
        case command, version, arithmetic, kernels, tokenizer, prompts, seed, confidence, resamples, shard, models, rows
        case standings, payoffs, answers
        case promptList = "prompt_list"
        case commandLine = "command_line"
    }

    /// The rows at a budget against the one that loses least there.
    struct Standing: Encodable {
        let budget: String
        let best: Rival
        let rivals: [Rival]

        init(_ standing: Comparison.Standing, _ rows: [ComparisonRow]) {
            budget = standing.budget
            best = Rival(rows[standing.best], nil)
            rivals = standing.rivals.map { Rival(rows[$0.row], $0.difference) }
        }
    }

    /// One of them, with what it loses above the best.
    struct Rival: Encodable {
        let policy: String
        let model: String
        let checkpoint: String
        let difference: PairedDifference?

        init(_ row: ComparisonRow, _ difference: PairedDifference?) {
            policy = row.policy
            model = row.model
            checkpoint = row.checkpoint
            self.difference = difference
        }
    }

    /// Where a policy pays.
    struct Pays: Encodable {
        let policy: String
        let model: String
        let plainFits: Int
        let fits: Int
        let never: Bool
        let batches: [Int]?
        let contexts: [Int]?
        let contextsLookedAt: [Int]?

        init(_ payoff: Payoff) {
            func ends(_ stretch: Stretch?) -> [Int]? { stretch.map { [$0.from, $0.to] } }
            policy = payoff.policy
            model = payoff.model
            plainFits = payoff.plainFits
            fits = payoff.fits
            never = payoff.never
            batches = ends(payoff.batches)
            contexts = ends(payoff.contexts)
            contextsLookedAt = ends(payoff.contextsLookedAt)
        }

        enum CodingKeys: String, CodingKey {
            case policy, model, fits, never, batches, contexts
            case plainFits = "plain_fits"
            case contextsLookedAt = "contexts_looked_at"
        }
    }

    struct Model: Encodable {
        let name: String
        let note: String
        let checkpoint: String

        init(_ run: ComparedRun) {
            name = run.header.model
            note = run.modelNote
            checkpoint = run.header.checkpointFingerprint
        }
    }

    struct Row: Encodable {
        let budget: String?
        let policy: String
        let model: String
        let modelNote: String
        let kept: Double
        let compressionRatio: Double
        let slots: Spread
        let bytes: Spread
        let bytesShare: Double
        let meanNLL: Double
        let difference: PairedDifference?
        let isUntested: Bool
        let checkpoint: String
        let isTrained: Bool?
        let isPlannedAsMeasured: Bool?
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
            isUntested = row.isUntested
            checkpoint = row.checkpoint
            isTrained = row.isTrained
            bytesShare = row.bytesShare
            isPlannedAsMeasured = row.plan.map { _ in row.isPlannedAsMeasured }
            perplexityRatio = row.perplexityRatio
            byPosition = row.byPosition
            plan = row.plan
        }

        enum CodingKeys: String, CodingKey {
            case budget, policy, model, kept, slots, bytes, difference, plan
            case checkpoint
            case bytesShare = "bytes_share"
            case isUntested = "untested"
            case isTrained = "trained"
            case isPlannedAsMeasured = "planned_as_measured"
            case modelNote = "model_note"
            case compressionRatio = "compression_ratio"
            case meanNLL = "mean_nll"
            case perplexityRatio = "perplexity_ratio"
            case byPosition = "by_position"
        }
    }
}
