import Capacity

extension ReportBuilder {
    /// How many sequences fit, by how long they are.
    func batchSection(_ plan: ReportPlan) throws -> Report.Section {
        let contexts = Self.contexts(upTo: max(request.tokens, request.model.configuration.maxPositions))
        let series = try plan.drawn.map { entry in
            FigureSeries(
                name: entry.plan.variant.word, color: entry.plan.variant.color,
                points: try contexts.map { context in
                    FigurePoint(x: Double(context), y: Double(try entry.plan.maxBatch(context: context)))
                })
        }
        let figure = Figure(
            name: "batch-over-context", title: "Largest batch by context",
            caption: "How many sequences of that length fit on one \(request.gpu.name) at once, each as large as the "
                + "recorded prompt that needs most. Both axes are logarithmic.",
            chart: .lines(
                LineChart(
                    x: FigureAxis(
                        label: "Context", column: "context_tokens", quantity: .tokens, scale: .logarithmic(base: 2)),
                    y: FigureAxis(
                        label: "Largest batch", column: "max_batch", quantity: .sequences,
                        scale: .logarithmic(base: 10)),
                    series: series)))
        return Report.Section(heading: "How many fit", figures: [figure])
    }

    /// Contexts from 256 tokens on, two in every doubling, and the longest itself.
    static func contexts(upTo longest: Int) -> [Int] {
        let doublings = (8..<40).flatMap { [1 << $0, 3 << ($0 - 1)] }
        return doublings.filter { $0 < longest } + [max(2, longest)]
    }
}
