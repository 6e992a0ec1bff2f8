import Descriptions
import Files
import Recording
import Reports

/// What `evaluate` prints.
public struct EvaluationReport {
    private let evaluation: Evaluation

    /// The report on `evaluation`.
    public init(_ evaluation: Evaluation) { self.evaluation = evaluation }

    /// As JSON.
    public func json() throws -> String { try JSONText.text(evaluation) }

    /// A row a prompt; exact and stable.
    public func csv() -> String {
        let rows = evaluation.prompts.map { prompt in
            [
                prompt.id, "\(prompt.tokens)", prompt.meanNLL.map { "\($0)" } ?? "",
                "\(prompt.slots.joined().reduce(0, +))", "\(prompt.compressionRatio)",
            ]
        }
        return DataText.csv([["id", "tokens", "mean_nll", "slots", "compression_ratio"]] + rows)
    }

    /// For people.
    public func text() -> String {
        var table = TextTable(["prompt", "tokens", "nats/token", "tokens/slot"])
        for prompt in evaluation.prompts {
            table.add(cells(prompt.id, prompt.tokens, prompt.meanNLL, prompt.compressionRatio))
        }
        table.add(cells("all", evaluation.tokens, evaluation.meanNLL, evaluation.compressionRatio))
        let model = evaluation.model + (evaluation.grouping.map { " (\($0))" } ?? "")
        let title =
            "headroom \(Release.version) evaluate: \(model) under \(evaluation.policy), "
            + "checkpoint \(evaluation.fingerprint.prefix(16))\n"
        let lines =
            speedLines(
                prefill: evaluation.timing.promptRate, decode: evaluation.timing.decodeRate,
                weights: evaluation.timing.decodeWeightRate, peak: PeakMemory.residentBytes)
            + untestedLines(evaluation.policy, isUntested: evaluation.isUntested)
            + nearTieLines(
                evaluation.policy, evaluation.arithmetic, ties: evaluation.nearTies, of: evaluation.decisions)
        return title + table.text() + lines.joined(separator: "\n")
    }

    private func cells(_ name: String, _ tokens: Int, _ nll: Double?, _ ratio: Double) -> [String] {
        [name, "\(tokens)", nll.map { fixed($0, 4) } ?? "—", fixed(ratio, 3)]
    }
}
