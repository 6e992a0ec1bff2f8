import Foundation

/// A stage's numbers, fitted to its rows, and how far off they are on rows that were left out.
struct StageFit {
    let stage: CalibrationStage
    let rows: [Measurement]
    let gpu: GPU
    /// The numbers found, among those it started from.
    let efficiencies: Efficiencies
    private let start: Efficiencies

    init(_ stage: CalibrationStage, rows: [Measurement], gpu: GPU, start: Efficiencies) {
        self.stage = stage
        self.rows = rows
        self.gpu = gpu
        self.start = start
        efficiencies = Self.best(stage, rows, gpu, start)
    }

    /// How much less the error must be for the stage's other way.
    private static let gain = 0.9

    /// The fit, the way that the rows speak for.
    private static func best(
        _ stage: CalibrationStage, _ rows: [Measurement], _ gpu: GPU, _ start: Efficiencies
    ) -> Efficiencies {
        let plain = fit(stage, rows, gpu, start)
        var other = start
        stage.otherwise?(&other, gpu)
        guard other != start else { return plain }
        let found = fit(stage, rows, gpu, other)
        return error(found, rows, gpu) < gain * error(plain, rows, gpu) ? found : plain
    }

    private static func fit(
        _ stage: CalibrationStage, _ rows: [Measurement], _ gpu: GPU, _ start: Efficiencies
    ) -> Efficiencies {
        let fitted = stage.parameters.filter { $0.matters(start) }
        func efficiencies(_ values: [Double]) -> Efficiencies {
            var changed = start
            for (parameter, value) in zip(fitted, values) { changed[keyPath: parameter.path] = value }
            return changed
        }
        let parameters = fitted.map { parameter in
            let least = parameter.least(gpu)
            var wanted = LeastSquares.Parameter(
                max(start[keyPath: parameter.path], least), least: least, most: parameter.most)
            wanted.starts += parameter.others
            return wanted
        }
        let found = LeastSquares().fit(parameters) { values in
            let model = TimeModel(gpu: gpu, efficiencies: efficiencies(values))
            return rows.map { model.seconds($0) / $0.seconds - 1 }
        }
        return efficiencies(found)
    }

    private static func error(_ efficiencies: Efficiencies, _ rows: [Measurement], _ gpu: GPU) -> Double {
        let model = TimeModel(gpu: gpu, efficiencies: efficiencies)
        return rows.reduce(0) { $0 + abs(model.seconds($1) / $1.seconds - 1) } / Double(max(1, rows.count))
    }

    /// Each row's seconds by a fit to the rows outside its fold; nil where there is only one fold.
    func secondsLeftOut() -> [Double]? {
        let folds = Set(rows.map(\.fold)).sorted()
        guard folds.count > 1 else { return nil }
        var seconds = Array(repeating: 0.0, count: rows.count)
        for fold in folds {
            let others = rows.filter { $0.fold != fold }
            let model = TimeModel(gpu: gpu, efficiencies: Self.best(stage, others, gpu, start))
            for index in rows.indices where rows[index].fold == fold { seconds[index] = model.seconds(rows[index]) }
        }
        return seconds
    }

    /// Numbers that the rows say nothing of, by their names: other values of them give every row the same time. One at the
    /// most it can be is said to be that.
    var kept: [String] {
        stage.parameters.filter { parameter in
            parameter.matters(efficiencies) && efficiencies[keyPath: parameter.path] < parameter.most
                && [0.9, 1.1].allSatisfy { !isSeen(parameter, times: $0) }
        }.map(\.name)
    }

    /// Whether the time of any row changes where a number is another one.
    private func isSeen(_ parameter: CalibrationStage.Parameter, times factor: Double) -> Bool {
        var other = efficiencies
        other[keyPath: parameter.path] *= factor
        let (model, changed) = (
            TimeModel(gpu: gpu, efficiencies: efficiencies), TimeModel(gpu: gpu, efficiencies: other)
        )
        return rows.contains { abs(changed.seconds($0) / model.seconds($0) - 1) > 1e-9 }
    }

    /// Fixed costs that the rows have driven to next to nothing, by their names: below a hundredth of where they started.
    /// Found on a logarithm, a cost never is 0 itself.
    var vanished: [String] {
        stage.parameters.filter { parameter in
            parameter.name.hasSuffix("seconds") && parameter.matters(efficiencies)
                && efficiencies[keyPath: parameter.path] < start[keyPath: parameter.path] / 100
        }.map(\.name)
    }

    /// What the file says of the fit: errors, in the rows and left out of them, by quantity and by what was left out.
    func summary(refused: [Measurement], waiting: [Measurement]) -> CalibrationFit {
        let heldOut = secondsLeftOut().map { zip($0, rows).map { abs($0 / $1.seconds - 1) } }
        let model = TimeModel(gpu: gpu, efficiencies: efficiencies)
        let fitted = rows.map { abs(model.seconds($0) / $0.seconds - 1) }
        var errors: [String: CalibrationFit.Errors] = [:]
        for (key, indices) in groups {
            errors[key] = CalibrationFit.Errors(
                rows: indices.count, fit: Self.rounded(Self.mean(indices.map { fitted[$0] })),
                heldOut: heldOut.map { errors in Self.rounded(Self.mean(indices.map { errors[$0] })) })
        }
        return CalibrationFit(
            parameters: stage.parameters.filter { $0.matters(efficiencies) }.map(\.name).filter { !kept.contains($0) },
            files: files(rows),
            rows: rows.count,
            refused: refused.filter { stage.quantities.contains($0.quantity) }.count,
            waiting: waiting.filter { stage.quantities.contains($0.quantity) }.count,
            heldOutBy: rows[0].heldOut.of, errors: errors, ranges: ranges)
    }

    /// Rows by the errors they belong to.
    private var groups: [String: [Int]] {
        var groups: [String: [Int]] = [:]
        for (index, row) in rows.enumerated() {
            let quantity = row.quantity.rawValue
            groups[quantity, default: []].append(index)
            if row.heldOut.of != "shape" { groups["\(quantity): \(row.heldOut.name)", default: []].append(index) }
            if case .attention(let shape) = row.subject, shape.bytes > 1e8 {
                groups["\(quantity): above 10^8 bytes", default: []].append(index)
            }
        }
        return groups
    }

    private var ranges: [String: CalibrationFit.Span] {
        var spans: [String: CalibrationFit.Span] = [:]
        for row in rows {
            for (name, value) in row.extent {
                let span = spans[name] ?? CalibrationFit.Span(least: value, most: value)
                spans[name] = CalibrationFit.Span(least: min(span.least, value), most: max(span.most, value))
            }
        }
        return spans
    }

    private func files(_ rows: [Measurement]) -> [String] {
        Set(rows.map { URL(fileURLWithPath: $0.path).lastPathComponent }).sorted()
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

    /// Errors to the ten-thousandth: what is beyond would change with the order of summation.
    static func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
}

extension Measurement {
    /// How large it was, in the directions in which a fit may be asked beyond its rows.
    var extent: [(String, Double)] {
        switch subject {
        case .product(let rows, let inner, let columns):
            [("rows", Double(rows)), ("weights", Double(inner) * Double(columns))]
        case .attention(let shape):
            [
                ("sequences", Double(shape.sequences)), ("context", Double(shape.context)),
                ("group", Double(shape.heads / shape.kvHeads)),
            ]
        case .uneven(let batch): [("sequences", Double(batch.sequences)), ("longest", Double(batch.longest))]
        case .served(let batch):
            [
                ("batch", Double(batch.batch)), ("context", Double(batch.promptTokens + batch.newTokens)),
                ("gpus", Double(batch.gpus)), ("parameters", Double(batch.model.configuration.parameters)),
                ("group", Double(batch.model.configuration.groupSize)),
            ]
        }
    }
}
