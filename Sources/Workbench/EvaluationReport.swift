import Descriptions
import Recording

/// What `evaluate` prints.
public struct EvaluationReport {
    private let evaluation: Evaluation

    /// The report on `evaluation`.
    public init(_ evaluation: Evaluation) { self.evaluation = evaluation }

    /// As JSON.
    public func json() throws -> String { try encodedJSON(evaluation) }

    /// A row a prompt; exact and stable.
    public func csv() -> String {
        let rows = evaluation.prompts.map { prompt in
            [
                quoted(prompt.id), "\(prompt.tokens)", prompt.meanNLL.map { "\($0)" } ?? "",
                "\(prompt.slots.joined().reduce(0, +))", "\(prompt.compressionRatio)",
            ].joined(separator: ",")
        }
        return (["id,tokens,mean_nll,slots,compression_ratio"] + rows).map { $0 + "\n" }.joined()
    }

    /// For people.
    public func text() -> String {
        let width = max(6, evaluation.prompts.map(\.id.count).max() ?? 0)
        var lines = [
            "headroom \(Release.version) evaluate: \(evaluation.model) under \(evaluation.policy), "
                + "checkpoint \(evaluation.fingerprint.prefix(16))",
            "prompt".padded(width) + "  tokens   nats/token   ratio",
        ]
        for prompt in evaluation.prompts {
            let nll = prompt.meanNLL.map { fixed($0, 4) } ?? "-"
            lines.append(
                prompt.id.padded(width) + "\(prompt.tokens)".leftPadded(8) + nll.leftPadded(13)
                    + fixed(prompt.compressionRatio, 3).leftPadded(8))
        }
        let nll = evaluation.meanNLL.map { fixed($0, 4) } ?? "-"
        lines.append(
            "all".padded(width) + "\(evaluation.tokens)".leftPadded(8) + nll.leftPadded(13)
                + fixed(evaluation.compressionRatio, 3).leftPadded(8))
        lines += speedLines(prefill: evaluation.timing.promptRate, decode: evaluation.timing.decodeRate)
        lines.append(
            "near ties: \(evaluation.nearTies) of \(evaluation.decisions) decisions, which rounding could turn")
        return lines.joined(separator: "\n")
    }
}
