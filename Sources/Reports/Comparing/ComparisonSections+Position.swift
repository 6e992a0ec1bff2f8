import Comparison

extension ComparisonSections {
    /// Where in a sequence each policy loses.
    func positionSection() -> Report.Section? {
        let share = middleShare
        // A single prompt says little of a position; where there are several, its points are left out.
        let fewest = min(2, comparison.baseline.prompts.count)
        let series = policies.compactMap { policy -> FigureSeries? in
            let row = policy.entry(nearest: share).row
            let losses = row.byPosition.filter { $0.prompts >= fewest }
            guard !losses.isEmpty else { return nil }
            return FigureSeries(
                name: Self.name(policy, keeping: row, of: share), color: policy.color,
                points: losses.map { FigurePoint(x: $0.mean, y: $0.difference) }, stroke: policy.stroke)
        }
        guard !series.isEmpty else { return nil }
        let last = comparison.rows.flatMap(\.byPosition).last { $0.prompts >= fewest }
        var caption =
            "Nats a predicted token above the plain model, over the tokens at these positions of all prompts, each policy "
            + "at the budget nearest to \(NumberText.fixed(100 * share, places: 1)) % of the cache; beside the names of those that keep another share stands which."
        if let last {
            caption +=
                " Few prompts are long: the last point is a mean over \(NumberText.grouped(last.tokens)) tokens of "
            caption += "\(last.prompts == 1 ? "one prompt" : "\(last.prompts) prompts")."
        }
        let figure = Figure(
            name: "loss-over-position", title: "Loss in quality by position", caption: caption,
            chart: .lines(
                LineChart(
                    x: FigureAxis(label: "Position in the sequence", column: "position", quantity: .tokens),
                    y: Self.lossAxis, series: series)))
        return Report.Section(heading: "Where in a sequence it is lost", figures: [figure])
    }

    /// A policy with the share that it keeps, where that is not about the share that is shown.
    private static func name(_ policy: ComparedPolicy, keeping row: ComparisonRow, of share: Double) -> String {
        max(row.kept / share, share / row.kept) < ComparisonRow.alike
            ? policy.name : "\(policy.name), \(NumberText.fixed(100 * row.kept, places: 0)) %"
    }
}
