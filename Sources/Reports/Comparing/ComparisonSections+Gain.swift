import Capacity
import Comparison

extension ComparisonSections {
    /// What each policy buys for what it loses; nil without a plan.
    func gainSection() -> Report.Section? {
        guard let plan = comparison.plan else { return nil }
        return Report.Section(
            heading: "What each policy buys", figures: [gainFigure(plan)], tables: [report.boughtTable(plan)])
    }

    private func gainFigure(_ plan: PlanRequest) -> Figure {
        Figure(
            name: "throughput-over-loss", title: "Throughput by loss in quality",
            caption: "Projected for \(plan.model.name) on \(plan.gpu.name), each policy at its largest batch; the loss "
                + "is that of the models that ran. Rings mark the front: what no other beats in both. Which losses "
                + "these prompts tell apart is said in the text. A budget stands beside the first of its points.",
            chart: .lines(
                LineChart(
                    x: Self.lossAxis,
                    y: FigureAxis(label: "Throughput", column: "tokens_per_second", quantity: .tokensPerSecond),
                    series: [frontSeries()] + gainSeries())))
    }

    /// Every policy's points, the plain cache's first.
    private func gainSeries() -> [FigureSeries] {
        let plain = Self.point(comparison.rows[0]).map {
            FigureSeries(name: "full", color: .charcoal, points: [$0], look: .dots)
        }
        return [plain].compactMap { $0 }
            + policies.compactMap { policy -> FigureSeries? in
                let points = policy.entries.compactMap { Self.point($0.row) }.sorted { $0.x < $1.x }
                guard !points.isEmpty else { return nil }
                return FigureSeries(
                    name: policy.name, color: policy.color, points: points, look: .dots,
                    stroke: policy.stroke)
            }
    }

    private func frontSeries() -> FigureSeries {
        let points = gainSeries().flatMap(\.points)
        let front = Front.indices(points.map { (cost: $0.x, gain: $0.y) }).map { points[$0] }
        return FigureSeries(name: "front", color: .charcoal, points: front, look: .rings)
    }

    private static func point(_ row: ComparisonRow) -> FigurePoint? {
        guard !row.isUntested, row.isPlannedAsMeasured, let throughput = row.plan?.throughputTokensPerSecond else {
            return nil
        }
        return FigurePoint(x: row.difference?.mean ?? 0, y: throughput, label: row.budget)
    }
}
