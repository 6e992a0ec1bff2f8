import Foundation

/// A line chart's values in the units it is drawn in, without what its axes cannot show, and the axes' ticks.
struct DrawnChart {
    let points: [[FigurePoint]]
    let marks: [FigureMark?]
    /// What points of several series have in common, each with the first of them.
    let shared: [(label: String, point: FigurePoint)]
    let looks: [FigureSeries.Look]
    let xTicks: AxisTicks
    let yTicks: AxisTicks
    let xUnit: String
    let yUnit: String
    private let xScale: FigureAxis.Scale
    private let yScale: FigureAxis.Scale

    init(_ chart: LineChart) {
        let all = chart.series.flatMap(\.points)
        let x = DrawnAxis(
            chart.x, values: all.map(\.x), leavesRoom: chart.series.contains { $0.look != .line })
        let y = DrawnAxis(chart.y, values: all.flatMap { [$0.y, $0.low ?? $0.y, $0.high ?? $0.y] }, leavesRoom: true)
        let shifts = Self.shifts(chart)
        points = zip(chart.series, shifts).map { series, shift in
            series.points.filter { x.shows($0.x) && y.shows($0.y) }.map { point in
                FigurePoint(
                    x: point.x / x.size + shift * (x.ticks.range.upperBound - x.ticks.range.lowerBound),
                    y: point.y / y.size,
                    low: point.low.map { y.clamped($0) }, high: point.high.map { y.clamped($0) },
                    label: point.label)
            }
        }
        shared = Self.shared(points.flatMap { $0 })
        marks = chart.series.map { series in
            series.mark.flatMap { mark in
                guard x.shows(mark.x), y.shows(mark.y) else { return nil }
                return FigureMark(x: mark.x / x.size, y: mark.y / y.size, label: mark.label)
            }
        }
        looks = chart.series.map(\.look)
        (xTicks, yTicks) = (x.ticks, y.ticks)
        (xUnit, yUnit) = (x.unit, y.unit)
        (xScale, yScale) = (chart.x.scale, chart.y.scale)
    }

    /// How far each series is moved sideways, as a share of the axis: bars at the same place would hide each other.
    private static func shifts(_ chart: LineChart) -> [Double] {
        let beside = chart.series.indices.filter { chart.series[$0].look == .dottedLine }
        guard chart.x.scale == .linear, beside.count > 1 else { return chart.series.map { _ in 0 } }
        let step = min(0.009, LineChart.widestShift / Double(beside.count - 1))
        return chart.series.indices.map { index in
            guard let place = beside.firstIndex(of: index) else { return 0 }
            return step * (Double(place) - Double(beside.count - 1) / 2)
        }
    }

    private static func shared(_ points: [FigurePoint]) -> [(label: String, point: FigurePoint)] {
        var shared: [(label: String, point: FigurePoint)] = []
        for point in points {
            guard let label = point.label else { continue }
            if let index = shared.firstIndex(where: { $0.label == label }) {
                if point.x < shared[index].point.x { shared[index].point = point }
            } else {
                shared.append((label, point))
            }
        }
        return shared
    }

    /// Where each line's name belongs: its marked point, or else its last one; nil for a line without points. Rings are
    /// around other series' dots, which have names there: theirs belongs to the middle of their longest stretch. Dotted
    /// lines are named at their first point, to its left: there they lie apart where they run together later on.
    var ends: [FigurePoint?] {
        points.indices.map { index in
            if let mark = marks[index] { return FigurePoint(x: mark.x, y: mark.y) }
            return switch looks[index] {
            case .rings: middle(points[index])
            case .dottedLine: points[index].first
            case .line, .dots: points[index].last
            }
        }
    }

    /// Whether a line's name stands to the left of its place. A single point has none to run together with.
    func isNamedLeft(_ series: Int) -> Bool {
        looks[series] == .dottedLine && points[series].count > 1 && marks[series] == nil
    }

    private func middle(_ points: [FigurePoint]) -> FigurePoint? {
        let stretches = zip(points, points.dropFirst())
        let longest = stretches.max { length($0.0, $0.1) < length($1.0, $1.1) }
        return longest.map { FigurePoint(x: ($0.0.x + $0.1.x) / 2, y: ($0.0.y + $0.1.y) / 2) } ?? points.last
    }

    private func length(_ one: FigurePoint, _ other: FigurePoint) -> Double {
        let (x, y) = (xShare(one.x) - xShare(other.x), yShare(one.y) - yShare(other.y))
        return x * x + y * y
    }

    /// How far to the right a drawn value stands, from 0 to 1.
    func xShare(_ value: Double) -> Double { xTicks.share(of: value, scale: xScale) }

    /// How far up a drawn value stands, from 0 to 1.
    func yShare(_ value: Double) -> Double { yTicks.share(of: value, scale: yScale) }
}

extension AxisTicks {
    fileprivate func share(of value: Double, scale: FigureAxis.Scale) -> Double {
        let (low, high) = (range.lowerBound, range.upperBound)
        return switch scale {
        case .linear: (value - low) / (high - low)
        case .logarithmic: log(value / low) / log(high / low)
        }
    }
}

/// One axis of a chart, once its values are known.
private struct DrawnAxis {
    let ticks: AxisTicks
    let unit: String
    /// What one unit on the axis stands for.
    let size: Double
    private let isLogarithmic: Bool

    init(_ axis: FigureAxis, values: [Double], leavesRoom: Bool) {
        let largest = values.max() ?? 0
        unit = axis.quantity.unit(largest: largest)
        size = axis.quantity.scale(largest: largest)
        switch axis.scale {
        case .linear:
            isLogarithmic = false
            ticks = .linear(
                smallest: (values.min() ?? 0) / size, largest: max(largest / size, 1e-9), leavesRoom: leavesRoom)
        case .logarithmic(let base):
            isLogarithmic = true
            let positive = values.filter { $0 > 0 }
            ticks = .logarithmic(
                smallest: (positive.min() ?? 1) / size, largest: (positive.max() ?? 1) / size, base: base,
                leavesRoom: leavesRoom)
        }
    }

    /// Whether the axis can show a value: a logarithmic one knows no zero.
    func shows(_ value: Double) -> Bool { value.isFinite && (!isLogarithmic || value > 0) }

    /// A value in the axis's unit, within its range.
    func clamped(_ value: Double) -> Double { min(max(value / size, ticks.range.lowerBound), ticks.range.upperBound) }
}
