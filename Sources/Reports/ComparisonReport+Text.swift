import Capacity
import Comparison
import Descriptions
import Foundation

extension ComparisonReport {
    /// For people: what was kept and lost, what it buys, and the answer in words.
    /// - Throws: as `Planner`.
    public func text() throws -> String {
        var text = "headroom \(Release.version) compare: \(comparison.baseline.prompts.count) prompts, "
        text += "\(PlanFormatting.grouped(comparison.baseline.prompts.reduce(0) { $0 + $1.tokens })) tokens; "
        text += "intervals: 95 %, paired bootstrap over prompts, seed \(comparison.seed)\n"
        for run in comparison.models {
            text +=
                "model   \(run.header.model) (\(run.modelNote)), checkpoint \(run.header.checkpointFingerprint.prefix(16))\n"
        }
        text += "\nMeasured: what each policy kept and lost\n" + kept().text()
        if let plan = comparison.plan {
            text += "\nProjected: \(plan.model.name) on \(plan.gpus) x \(plan.gpu.name), "
            text += "\(PlanFormatting.grouped(plan.promptTokens)) + \(PlanFormatting.grouped(plan.newTokens)) tokens\n"
            text += bought().text()
        }
        return text + "\n" + (try answers().map { "\($0)\n" }.joined())
    }

    private func kept() -> TextTable {
        var table = TextTable([
            "budget", "policy", "model", "kept", "slots mean", "p50", "p99", "max", "bytes mean", "nats/token", "lost",
            "95 % interval", "perplexity",
        ])
        for row in comparison.rows {
            let interval = row.difference.map { "\(Self.signed($0.low)) to \(Self.signed($0.high))" } ?? "—"
            table.add([
                row.budget ?? "own", row.policy, row.modelLabel,
                PlanFormatting.number(100 * row.kept, digits: 1) + " %",
                Self.whole(row.slots.mean), Self.whole(row.slots.p50), Self.whole(row.slots.p99),
                Self.whole(row.slots.max), PlanFormatting.bytes(Int(row.bytes.mean)),
                PlanFormatting.number(row.meanNLL, digits: 4), row.difference.map { Self.signed($0.mean) } ?? "—",
                interval, row.perplexityRatio.map { "x" + PlanFormatting.number($0, digits: 3) } ?? "—",
            ])
        }
        return table
    }

    private func bought() -> TextTable {
        var table = TextTable([
            "budget", "policy", "quality from", "KV/sequence", "max batch", "tokens/s", "against full", "source",
        ])
        let full = comparison.rows[0].plan?.throughputTokensPerSecond
        for row in comparison.rows {
            guard let plan = row.plan else { continue }
            let ratio = plan.throughputTokensPerSecond.flatMap { own in full.map { own / $0 } }
            table.add([
                row.budget ?? "own", plan.policy, row.modelLabel, PlanFormatting.bytes(plan.kvBytesPerSequence),
                "\(plan.maxBatch)",
                PlanFormatting.number(plan.throughputTokensPerSecond, digits: 0),
                ratio.map { "x" + PlanFormatting.number($0, digits: 2) } ?? "—", plan.source.rawValue,
            ])
        }
        return table
    }

    static func signed(_ value: Double) -> String {
        (value < 0 ? "-" : "+") + PlanFormatting.number(abs(value), digits: 4)
    }

    private static func whole(_ value: Double) -> String { PlanFormatting.grouped(Int(value.rounded())) }
}
