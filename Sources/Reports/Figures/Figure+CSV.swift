extension Figure {
    /// The figure's values as CSV, a header line first: a row for every point of every line, or for every cell.
    public func csv() -> String {
        switch chart {
        case .lines(let chart): chart.csv
        case .heatMap(let map): map.csv
        case .panels(let map): map.csv
        }
    }
}

extension LineChart {
    fileprivate var csv: String {
        let spreads = series.contains { $0.points.contains { $0.low != nil || $0.high != nil } }
        let labels = series.contains { $0.points.contains { $0.label != nil } }
        let columns =
            ["series", x.column, y.column] + (spreads ? ["\(y.column)_low", "\(y.column)_high"] : [])
            + (labels ? ["label"] : [])
        let rows = series.flatMap { line in
            line.points.map { point in
                let values = [point.x, point.y] + (spreads ? [point.low, point.high] : [])
                return [line.name] + values.map { $0.map(DataText.number) ?? "" } + (labels ? [point.label ?? ""] : [])
            }
        }
        return DataText.csv([columns] + rows)
    }
}

extension HeatMap {
    fileprivate var csv: String {
        let rows = cells.enumerated().flatMap { row, values in
            values.enumerated().map { ["\(row)", "\($0.offset)", DataText.number($0.element)] }
        }
        return DataText.csv([[y.column, x.column, value.column]] + rows)
    }
}

extension PanelMap {
    fileprivate var csv: String {
        let rows = panels.flatMap { panel in
            panel.cells.enumerated().flatMap { row, values in
                values.enumerated().map { column, value in
                    [panel.name, "\(row * cellSize)", "\(column * cellSize)", DataText.number(value)]
                }
            }
        }
        return DataText.csv([["panel", y.column, x.column, value.column]] + rows)
    }
}
