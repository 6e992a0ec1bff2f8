import Capacity
import Comparison

extension ComparisonSections {
    /// What each policy buys for what it loses; nil without a plan.
    func gainSection() -> Report.Section? {
        guard let plan = comparison.plan else { return nil }
        return Report.Section(
            heading: "What each policy buys", figures: [gainFigure(plan)], tables: [boughtTable(plan)])
    }

    private func gainFigure(_ plan: PlanRequest) -> Figure {
        Figure(
            name: "throughput-over-loss", title: "Throughput by loss in quality",
            caption: "Projected for \(plan.model.name) on \(plan.gpu.name), each policy at its largest batch; the loss "
                + "is that of the models that ran. Rings mark the front: what no other beats in both. Points that are no "
                + "further apart than their intervals of loss are not told apart by these prompts.",
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
            + policies.map { policy in
                let points = policy.entries.compactMap { Self.point($0.row) }.sorted { $0.x < $1.x }
                return FigureSeries(name: policy.name, color: policy.color, points: points, look: .dots)
            }
    }

    private func frontSeries() -> FigureSeries {
        let points = gainSeries().flatMap(\.points)
        let front = Front.indices(points.map { (cost: $0.x, gain: $0.y) }).map { points[$0] }
        return FigureSeries(name: "front", color: .charcoal, points: front, look: .rings)
    }

    private static func point(_ row: ComparisonRow) -> FigurePoint? {
        guard let throughput = row.plan?.throughputTokensPerSecond else { return nil }
        return FigurePoint(x: row.difference?.mean ?? 0, y: throughput)
    }

    private func boughtTable(_ plan: PlanRequest) -> ReportTable {
        let full = comparison.rows[0].plan?.throughputTokensPerSecond
        return ReportTable(
            caption: "\(plan.model.name) on \(plan.gpus) × \(plan.gpu.name), "
                + "\(NumberText.grouped(plan.promptTokens)) + \(NumberText.grouped(plan.newTokens)) tokens",
            columns: [
                .words("Budget"), .words("Policy"), .words("Quality from"), .number("Cache a\u{A0}sequence"),
                .number("Largest batch"),
                .number("Tokens/s"), .number("Against full"), .words("Head lengths"),
            ],
            rows: comparison.rows.compactMap { row in row.plan.map { Self.cells(row, $0, full) } },
            notes: ["Projections, not measurements. Tokens/s are those of decoding at the largest batch."])
    }

    private static func cells(_ row: ComparisonRow, _ plan: PlanRow, _ full: Double?) -> [String] {
        let ratio = plan.throughputTokensPerSecond.flatMap { own in full.map { own / $0 } }
        return [
            row.budget ?? "own", plan.policy, row.modelLabel, NumberText.bytes(Double(plan.kvBytesPerSequence)),
            NumberText.grouped(plan.maxBatch), plan.throughputTokensPerSecond.map { NumberText.significant($0) } ?? "–",
            ratio.map { "\(NumberText.fixed($0, places: 2))×" } ?? "–", plan.source.rawValue,
        ]
    }
}
