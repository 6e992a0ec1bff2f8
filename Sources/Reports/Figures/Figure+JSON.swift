extension Figure {
    /// The figure as JSON: its title, axes, and all values; keys in alphabetical order.
    /// - Throws: `EncodingError` where a number is not finite.
    public func json() throws -> String { try JSONText.text(FigureDocument(self)) }
}

/// A figure's form in JSON.
private struct FigureDocument: Encodable {
    let name: String
    let title: String
    let kind: String
    let x: AxisDocument
    let y: AxisDocument
    var value: AxisDocument?
    var cells: [[Double]]?
    var series: [SeriesDocument]?
    var spread: String?
    var cellSize: Int?
    var panels: [PanelDocument]?

    init(_ figure: Figure) {
        name = figure.name
        title = figure.title
        switch figure.chart {
        case .lines(let chart):
            kind = "lines"
            x = AxisDocument(chart.x)
            y = AxisDocument(chart.y)
            series = chart.series.map(SeriesDocument.init)
            spread = chart.spread
        case .heatMap(let map):
            kind = "heat map"
            x = AxisDocument(map.x)
            y = AxisDocument(map.y)
            value = AxisDocument(map.value)
            cells = map.cells
        case .panels(let map):
            kind = "panels"
            x = AxisDocument(map.x)
            y = AxisDocument(map.y)
            value = AxisDocument(map.value)
            cellSize = map.cellSize
            panels = map.panels.map { PanelDocument(name: $0.name, cells: $0.cells) }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case name, title, kind, x, y, value, cells, series, spread, panels
        case cellSize = "cell_size"
    }
}

private struct PanelDocument: Encodable {
    let name: String
    let cells: [[Double]]
}

private struct AxisDocument: Encodable {
    let label: String
    let column: String
    let unit: String

    init(_ axis: FigureAxis) {
        label = axis.label
        column = axis.column
        unit = axis.quantity.rawValue
    }
}

private struct SeriesDocument: Encodable {
    let name: String
    let points: [PointDocument]
    let mark: MarkDocument?

    init(_ series: FigureSeries) {
        name = series.name
        points = series.points.map { PointDocument(x: $0.x, y: $0.y, low: $0.low, high: $0.high, label: $0.label) }
        mark = series.mark.map { MarkDocument(x: $0.x, y: $0.y, label: $0.label) }
    }
}

private struct PointDocument: Encodable {
    let x: Double
    let y: Double
    let low: Double?
    let high: Double?
    let label: String?
}

private struct MarkDocument: Encodable {
    let x: Double
    let y: Double
    let label: String
}
