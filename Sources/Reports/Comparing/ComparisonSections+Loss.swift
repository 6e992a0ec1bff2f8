import Comparison

extension ComparisonSections {
    /// Loss in quality over memory kept; nil where no loss was tested.
    func lossFigure() -> Figure? {
        let series = policies.map(Self.lossSeries).filter { !$0.points.isEmpty }
        guard !series.isEmpty else { return nil }
        return Figure(
            name: "loss-over-memory", title: "Loss in quality by share of the cache kept",
            caption: "Nats a predicted token above the plain model, by the share of its cache that is kept at the "
                + "ends of the prompts. Bars are 95 % intervals over prompts; those of the lines are drawn side by side, "
                + "up to \(NumberText.fixed(50 * LineChart.widestShift, places: 1)) % of the axis from where they are, or they "
                + "would cover each other. Lower and further left is better; below zero a policy does better "
                + "than the plain cache.",
            chart: .lines(
                LineChart(
                    x: FigureAxis(label: "Share of the slots kept", column: "kept_percent", quantity: .percent),
                    y: Self.lossAxis, series: series,
                    spread: "95 % interval, paired bootstrap over prompts")))
    }

    static let lossAxis = FigureAxis(
        label: "Loss against the plain cache", column: "loss_nats_per_token", quantity: .natsPerToken)

    private static func lossSeries(_ policy: ComparedPolicy) -> FigureSeries {
        let points = policy.entries.compactMap { entry in
            entry.row.difference.map {
                FigurePoint(x: 100 * entry.row.kept, y: $0.mean, low: $0.low, high: $0.high)
            }
        }
        return FigureSeries(
            name: policy.name, color: policy.color, points: points,
            look: policy.evicts ? .dottedLine : .dots, stroke: policy.stroke)
    }
}
