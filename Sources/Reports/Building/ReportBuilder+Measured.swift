import Capacity

extension ReportBuilder {
    /// How far the times are off what was measured: the rows that the GPU's efficiencies were fitted to, or those of the
    /// GPU that lends them, each predicted without its model; nil where there are none.
    /// - Throws: `FileError` where a file of measurements is not what it was.
    func measuredSection() throws -> Report.Section? {
        guard let validation = try Validation.behind(request.gpu), let calibration = request.gpu.calibration else {
            return nil
        }
        let rows = validation.rows.filter { $0.leftOut == nil }
        let quantities = MeasuredQuantity.allCases.filter { quantity in
            rows.contains { $0.measurement.quantity == quantity }
        }
        let colors: [FigureColor] = [.blue, .orange, .green]
        var series = zip(quantities, colors).map { quantity, color in
            FigureSeries(
                name: quantity.words, color: color,
                points: rows.filter { $0.measurement.quantity == quantity }
                    .map { FigurePoint(x: $0.measurement.seconds * 1000, y: $0.predicted * 1000) }
                    .sorted { ($0.x, $0.y) < ($1.x, $1.y) }, look: .dots)
        }
        let times = rows.map { $0.measurement.seconds * 1000 }
        if let least = times.min(), let most = times.max() {
            series.append(
                FigureSeries(
                    name: "as measured", color: .charcoal,
                    points: [FigurePoint(x: least, y: least), FigurePoint(x: most, y: most)]))
        }
        let device = request.gpu.efficienciesOf ?? request.gpu.name
        let figure = Figure(
            name: "predicted-over-measured", title: "Predicted over measured times",
            caption:
                "Each dot is a row that others measured with \(calibration.title) on \(device), predicted by a fit to "
                + "other models' rows alone; on the line it is predicted as it was measured. A step is off by "
                + "\(NumberText.fixed((calibration.stepError ?? 0) * 100, places: 1)) % on average.",
            chart: .lines(
                LineChart(
                    x: FigureAxis(
                        label: "Measured", column: "measured_ms", quantity: .milliseconds,
                        scale: .logarithmic(base: 10)),
                    y: FigureAxis(
                        label: "Predicted", column: "predicted_ms", quantity: .milliseconds,
                        scale: .logarithmic(base: 10)),
                    series: series)))
        return Report.Section(heading: "How far the times are off", figures: [figure])
    }
}

extension MeasuredQuantity {
    /// What it is called in a legend.
    fileprivate var words: String {
        switch self {
        case .product: "product"
        case .attention: "attention"
        case .unevenAttention: "uneven attention"
        case .decodeStep: "mean step"
        case .medianStep: "median step"
        case .firstToken: "first token"
        case .batchLatency: "whole batch"
        case .tokenTime: "time per token"
        }
    }
}
