import Capacity

extension ReportBuilder {
    /// What one sequence's cache takes as it grows.
    func sequenceSection(_ plan: ReportPlan) throws -> Report.Section {
        let prompts = recording.summary.prompts.count
        var caption =
            "Cache of one \(request.model.name) sequence in \(request.kvBits)-bit numbers and pages of "
            + "\(request.pageSlots) slots, block tables and open segments included."
        if prompts > 1 {
            caption += " The line is the mean over \(prompts) recorded prompts, the band reaches from the prompt that "
            caption += "needs least to the one that needs most."
        }
        let figure = Figure(
            name: "cache-over-tokens", title: "Cache of one sequence as it grows", caption: caption,
            chart: .lines(
                LineChart(
                    x: FigureAxis(label: "Sequence length", column: "tokens", quantity: .tokens),
                    y: FigureAxis(label: "Cache of one sequence", column: "bytes", quantity: .bytes),
                    series: plan.drawn.map { cacheSeries($0.plan) },
                    spread: prompts > 1 ? "least and most over \(prompts) recorded prompts" : nil)))
        return Report.Section(heading: "What a sequence takes", figures: [figure])
    }

    private func cacheSeries(_ plan: VariantPlan) -> FigureSeries {
        let points = Self.steps(upTo: request.tokens).map { tokens in
            let bytes = plan.cacheBytes(after: tokens).map { Double($0.total) }
            let mean = bytes.reduce(0, +) / Double(bytes.count)
            let isSpread = bytes.count > 1
            return FigurePoint(
                x: Double(tokens), y: mean, low: isSpread ? bytes.min() : nil, high: isSpread ? bytes.max() : nil)
        }
        return FigureSeries(name: plan.variant.word, color: plan.variant.color, points: points)
    }

    /// At most 65 lengths from 0 to `tokens`, about evenly spread.
    private static func steps(upTo tokens: Int) -> [Int] {
        let parts = min(64, tokens)
        return (0...parts).map { $0 * tokens / parts }
    }
}
