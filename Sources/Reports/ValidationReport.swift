import Capacity
import Descriptions

/// What `headroom plan --validate` prints: predictions beside measurements.
public struct ValidationReport: Sendable {
    /// The predictions.
    public let validation: Validation

    /// A report on predictions.
    public init(_ validation: Validation) { self.validation = validation }

    /// For people: every row, batches that waited for memory, and mean errors.
    public func text() -> String {
        var table = TextTable(["line", "quantity", "what", "measured", "predicted", "error %", ""])
        for row in validation.rows {
            table.add([
                "\(row.measurement.line)", row.measurement.quantity.rawValue, row.measurement.label,
                Self.time(row.measurement.seconds), Self.time(row.predicted),
                PlanFormatting.number(row.error * 100, digits: 1), row.leftOut ?? "",
            ])
        }
        let head = "headroom plan \(Release.version): predicted beside measured, times in ms\n"
        return [head + table.text(), queuedText, summaryText].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var queuedText: String {
        guard !validation.queued.isEmpty else { return "" }
        var table = TextTable([
            "line", "what", "at once", "mean", "tokens/s measured", "predicted", "error %",
            "first token s measured", "predicted", "last measured", "predicted",
        ])
        for batch in validation.queued {
            let (measured, predicted) = batch.tokensPerSecond
            table.add([
                "\(batch.measurement.line)", batch.measurement.label, "\(batch.atOnceMost)",
                PlanFormatting.number(batch.atOnceMean, digits: 1), PlanFormatting.number(measured, digits: 0),
                PlanFormatting.number(predicted, digits: 0),
                PlanFormatting.number((predicted / measured - 1) * 100, digits: 1),
                PlanFormatting.number(batch.firstTokenMean.measured, digits: 1),
                PlanFormatting.number(batch.firstTokenMean.predicted, digits: 1),
                PlanFormatting.number(batch.firstTokenMost.measured, digits: 1),
                PlanFormatting.number(batch.firstTokenMost.predicted, digits: 1),
            ])
        }
        return "Sequences that waited for memory: how many run at once, and what comes of it\n" + table.text()
    }

    private var summaryText: String {
        var table = TextTable(["rows", "count", "mean error %", "bias %", "left out of the fit %"])
        for summary in validation.summaries {
            table.add([
                summary.name, "\(summary.rows)", PlanFormatting.number(summary.error * 100, digits: 1),
                PlanFormatting.number(summary.bias * 100, digits: 1),
                PlanFormatting.number(summary.heldOut.map { $0 * 100 }, digits: 1),
            ])
        }
        let counts = Dictionary(grouping: validation.rows.compactMap(\.leftOut), by: { $0 }).mapValues(\.count)
        let notes = counts.sorted { $0.key < $1.key }.map { "not counted: \($0.value) rows, \($0.key)\n" }.joined()
        let others = validation.otherGPUs
        return "Mean absolute errors\n" + table.text() + notes
            + (others > 0 ? "left out: \(others) rows that name another GPU\n" : "")
    }

    private static func time(_ seconds: Double) -> String {
        PlanFormatting.number(seconds * 1000, digits: seconds < 1e-3 ? 4 : seconds < 1 ? 2 : 0)
    }
}

extension ValidationReport {
    /// One row of the table for programs.
    private struct Line: Encodable {
        var file: String
        var line: Int
        var gpu: String
        var engine: String
        var quantity: String
        var what: String
        var measuredSeconds: Double
        var predictedSeconds: Double
        var error: Double
        var leftOut: String?
    }

    private struct Waiting: Encodable {
        var file: String
        var line: Int
        var gpu: String
        var what: String
        var atOnceMost: Int
        var atOnceMean: Double
        var measuredTokensPerSecond: Double
        var predictedTokensPerSecond: Double
        var measuredFirstTokenMeanSeconds: Double?
        var predictedFirstTokenMeanSeconds: Double
        var measuredFirstTokenMostSeconds: Double?
        var predictedFirstTokenMostSeconds: Double
    }

    private struct Summary: Encodable {
        var rows: String
        var count: Int
        var error: Double
        var bias: Double
        var heldOutError: Double?
    }

    private struct Document: Encodable {
        var command = "plan --validate"
        var version = Release.version
        var rows: [Line]
        var queued: [Waiting]
        var summaries: [Summary]
        var rowsOfOtherGpus: Int
    }

    private var lines: [Line] {
        validation.rows.map { row in
            Line(
                file: row.measurement.path, line: row.measurement.line, gpu: row.gpu, engine: row.engine,
                quantity: row.measurement.quantity.rawValue, what: row.measurement.label,
                measuredSeconds: row.measurement.seconds, predictedSeconds: row.predicted, error: row.error,
                leftOut: row.leftOut)
        }
    }

    /// The same for programs: `rows`, `queued`, `summaries`, `rows_of_other_gpus`.
    /// - Throws: `EncodingError` where a number is not finite.
    public func json() throws -> String {
        let queued = validation.queued.map { batch in
            Waiting(
                file: batch.measurement.path, line: batch.measurement.line, gpu: batch.gpu,
                what: batch.measurement.label, atOnceMost: batch.atOnceMost, atOnceMean: batch.atOnceMean,
                measuredTokensPerSecond: batch.tokensPerSecond.measured,
                predictedTokensPerSecond: batch.tokensPerSecond.predicted,
                measuredFirstTokenMeanSeconds: batch.firstTokenMean.measured,
                predictedFirstTokenMeanSeconds: batch.firstTokenMean.predicted,
                measuredFirstTokenMostSeconds: batch.firstTokenMost.measured,
                predictedFirstTokenMostSeconds: batch.firstTokenMost.predicted)
        }
        let summaries = validation.summaries.map {
            Summary(rows: $0.name, count: $0.rows, error: $0.error, bias: $0.bias, heldOutError: $0.heldOut)
        }
        return try JSONText.text(
            Document(rows: lines, queued: queued, summaries: summaries, rowsOfOtherGpus: validation.otherGPUs),
            snakeCase: true)
    }

    /// The rows as CSV, numbers exact.
    public func csv() -> String {
        let head = "file,line,gpu,engine,quantity,what,measured_seconds,predicted_seconds,error,left_out\n"
        return head
            + lines.map { line in
                let cells = [
                    line.file, "\(line.line)", line.gpu, line.engine, line.quantity, line.what,
                    "\(line.measuredSeconds)", "\(line.predictedSeconds)", "\(line.error)", line.leftOut ?? "",
                ]
                return cells.map(PlanFormatting.csv).joined(separator: ",") + "\n"
            }.joined()
    }
}
