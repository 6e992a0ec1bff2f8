import Descriptions
import Foundation
import Reports
import TestSupport
import Traces

/// Small figures, reports and recordings whose numbers can be checked by hand.
enum ReportSamples {
    /// Two lines, one with a spread and a mark.
    static let lines = Figure(
        name: "lines", title: "Two lines", caption: "What they show.",
        chart: .lines(
            LineChart(
                x: FigureAxis(label: "Sequence length", column: "tokens", quantity: .tokens),
                y: FigureAxis(label: "Cache", column: "bytes", quantity: .bytes),
                series: [
                    FigureSeries(
                        name: "full", color: .charcoal,
                        points: [FigurePoint(x: 0, y: 0), FigurePoint(x: 2048, y: 3_221_225_472)]),
                    FigureSeries(
                        name: "a, \"quoted\" name", color: .blue,
                        points: [
                            FigurePoint(x: 0, y: 0, low: 0, high: 0),
                            FigurePoint(x: 2048, y: 0.5, low: 0.25, high: 1_610_612_736),
                        ], mark: FigureMark(x: 2048, y: 0.5, label: "memory ends at 2")),
                ], spread: "least and most")))

    /// Two layers of two heads.
    static let cells = Figure(
        name: "cells", title: "Four heads", caption: "Darker is more.",
        chart: .heatMap(
            HeatMap(
                x: FigureAxis(label: "KV head", column: "kv_head", quantity: .index),
                y: FigureAxis(label: "Layer", column: "layer", quantity: .index),
                value: FigureAxis(
                    label: "Compression", column: "compression_ratio", quantity: .tokensPerSlot,
                    scale: .logarithmic(base: 2)),
                cells: [[1, 2], [4, 8.5]])))

    /// A report with one of everything.
    static let report = Report(
        title: "A title", highlights: [Report.Highlight(value: "1 → 2", label: "sequences")],
        lead: ["The answer.", "What it rests on."],
        sections: [
            Report.Section(
                heading: "A heading", paragraphs: ["A paragraph."], figures: [cells],
                tables: [
                    ReportTable(
                        caption: "A table", columns: [.words("Policy"), .number("Batch")],
                        rows: [["full", "15"], ["dmc", "1,052"]], notes: ["A note."])
                ])
        ],
        provenance: [Report.Fact(name: "Command", value: "headroom report a.trace")],
        dataFiles: ["plan.json": "{}\n"])

    /// What a browser must not take for markup, also where an accent sits on the bracket.
    static let hostile = "<script>alert('x')</script>\"&`$(ls)`|*_<\u{301}img src=http://x>"

    /// Heads that hold 8, 4, 2 and 1 slots of 8 tokens, in each of these prompts.
    static func recording(_ ids: [String], in folder: TemporaryFolder, model: String = "sample") throws -> String {
        var header = SampleTrace.header()
        header.model = model
        let path = "\(folder.path)/tiny.trace"
        try SampleTrace.write(ids.map(prompt), header: header, to: path)
        return path
    }

    private static func prompt(_ id: String) -> PromptTrace {
        var bits = DecisionBits(layers: 2, kvHeads: 2, tokens: 8)
        for (head, slots) in [8, 4, 2, 1].enumerated() {
            for position in slots..<8 { bits[head / 2, head % 2, position] = true }
        }
        return PromptTrace(
            id: id, promptTokens: 8, decisions: bits, negativeLogLikelihoods: [1, 2, 3, 4, 5, 6, 7],
            tokenDigest: PromptTrace.digest(of: Array(0..<8)))
    }
}
