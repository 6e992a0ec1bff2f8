import Capacity
import Comparison
import Descriptions
import Foundation

extension ComparisonReport {
    /// For people: what was kept and lost, what it buys, and the answer in words.
    public func text() -> String {
        let count = comparison.baseline.prompts.count
        var text = "headroom \(Release.version) compare: \(count) \(count == 1 ? "prompt" : "prompts"), "
        text += "\(PlanFormatting.grouped(comparison.baseline.prompts.reduce(0) { $0 + $1.tokens })) tokens; "
        text += "losses over \(PlanFormatting.grouped(comparison.comparedTokens)) of them; "
        text += "intervals: 95 %, paired bootstrap over prompts, seed \(comparison.seed)\n"
        for run in comparison.models {
            text +=
                "model   \(comparison.name(of: run)) (\(run.modelNote)), checkpoint \(run.header.checkpointFingerprint.prefix(16))\n"
        }
        text += "arithmetic \(comparison.baseline.header.arithmetic.rawValue) on \(kernels.joined(separator: ", "))\n"
        text += "\nMeasured: what each policy kept and lost\n" + TextTable(keptTable).text()
        if let plan = comparison.plan {
            let table = boughtTable(plan)
            text += "\nProjected: \(table.caption)\n" + TextTable(table).text()
            text += planNotes.map { "note: \($0)\n" }.joined()
        }
        return text + "\n" + answers().map { "\($0)\n" }.joined()
    }

    /// What a row lost, or that this was not tested; nil for the plain model.
    static func lost(_ row: ComparisonRow) -> String? {
        row.isUntested ? "untested" : row.difference.map { signed($0.mean) }
    }

    /// A number with its sign; what rounds to nothing has none.
    static func signed(_ value: Double) -> String {
        let digits = PlanFormatting.number(abs(value), digits: 4)
        return (Double(digits) == 0 ? "" : value < 0 ? "-" : "+") + digits
    }
}
