import Comparison

extension ComparisonSections {
    /// Where in a sequence each policy loses.
    func positionSection() -> Report.Section? {
        let share = middleShare
        let series = policies.map { policy in
            let row = policy.entry(nearest: share).row
            return FigureSeries(
                name: policy.name, color: policy.color,
                points: row.byPosition.map { FigurePoint(x: Double($0.from + $0.to) / 2, y: $0.difference) })
        }
        guard series.contains(where: { !$0.points.isEmpty }) else { return nil }
        let longest = comparison.rows.flatMap(\.byPosition).last
        var caption =
            "Nats a predicted token above the plain model, over the tokens at these positions of all prompts, each policy "
            + "at the budget nearest to \(NumberText.fixed(100 * share, places: 1)) % of the cache."
        if let longest {
            caption += " Few prompts are long: the last point is a mean over "
            caption += "\(NumberText.grouped(longest.tokens)) tokens."
        }
        let figure = Figure(
            name: "loss-over-position", title: "Loss in quality by position", caption: caption,
            chart: .lines(
                LineChart(
                    x: FigureAxis(label: "Position in the sequence", column: "position", quantity: .tokens),
                    y: Self.lossAxis, series: series)))
        return Report.Section(heading: "Where in a sequence it is lost", figures: [figure])
    }
}
