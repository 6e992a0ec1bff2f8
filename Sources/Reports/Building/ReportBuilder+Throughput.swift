import Capacity
import Foundation

extension ReportBuilder {
    /// What a larger batch gives, up to where memory ends.
    func throughputSection(_ plan: ReportPlan) -> Report.Section {
        let fitting = plan.drawn.filter { $0.row.maxBatch > 0 }
        guard !fitting.isEmpty else {
            return Report.Section(
                heading: "What it gives",
                paragraphs: ["Nothing fits, so there is no throughput to project."])
        }
        let figure = Figure(
            name: "throughput-over-batch", title: "Throughput by batch, up to where memory ends",
            caption: "Tokens generated a second by all sequences together while decoding \(tokens(request.newTokens)) "
                + "after a prompt of \(tokens(request.promptTokens)). Each line ends, at the dot, with the largest "
                + "batch that fits. The axis of the batch is logarithmic.",
            chart: .lines(
                LineChart(
                    x: FigureAxis(
                        label: "Batch", column: "batch", quantity: .sequences, scale: .logarithmic(base: 2)),
                    y: FigureAxis(
                        label: "Throughput", column: "tokens_per_second", quantity: .tokensPerSecond),
                    series: fitting.map(Self.throughputSeries))))
        return Report.Section(heading: "What it gives", figures: [figure])
    }

    private static func throughputSeries(_ entry: ReportPlan.Entry) -> FigureSeries {
        let points = batches(upTo: entry.row.maxBatch).map { batch in
            FigurePoint(x: Double(batch), y: entry.plan.throughput(batch: batch))
        }
        let last = points[points.count - 1]
        let mark = FigureMark(x: last.x, y: last.y, label: "memory ends at \(NumberText.grouped(entry.row.maxBatch))")
        return FigureSeries(
            name: entry.plan.variant.word, color: entry.plan.variant.color, points: points, mark: mark)
    }

    /// About three batches in every doubling from 1, and the largest itself.
    private static func batches(upTo largest: Int) -> [Int] {
        let steps = (0..<96).map { Int(pow(2, Double($0) / 3).rounded()) }.filter { $0 < largest }
        return Array(Set(steps)).sorted() + [largest]
    }

    private func tokens(_ count: Int) -> String { "\(NumberText.grouped(count)) tokens" }
}
