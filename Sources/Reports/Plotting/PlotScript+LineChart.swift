extension PlotScript {
    /// A line chart: spreads as pale bands under the lines, each line's name at its end, a dot where a point is marked.
    init(_ chart: LineChart, title: String?) {
        let drawn = DrawnChart(chart)
        let frame = frame(of: chart, drawn, hasTitle: title != nil)
        setLook(frame)
        if let title { setTitle(title, frame) }
        setAxis("x", chart.x, ticks: drawn.xTicks, unit: drawn.xUnit)
        setAxis("y", chart.y, ticks: drawn.yTicks, unit: drawn.yUnit)
        if drawn.yTicks.range.lowerBound < 0, chart.y.scale == .linear {
            line("set xzeroaxis linetype 1 linecolor rgb '#7f7f7f' linewidth 0.8")
        }
        for (index, points) in drawn.points.enumerated() {
            table("s\(index)", points.map { [$0.x, $0.y, $0.low ?? .nan, $0.high ?? .nan] })
        }
        setLabels(chart, drawn, frame)
        plot(chart.series, drawn)
    }

    private func frame(of chart: LineChart, _ drawn: DrawnChart, hasTitle: Bool) -> PlotFrame {
        let widest: [Double] = zip(chart.series, drawn.ends).enumerated().map { index, named in
            let (series, end) = named
            guard let end, !drawn.isNamedLeft(index), drawn.xShare(end.x) > 0.55 else { return 0 }
            // A label that begins within the frame needs only the rest of its width beside it; roughly is enough.
            let within = (1 - drawn.xShare(end.x)) * Double(width) * 0.7
            return PlotFrame.width(of: series.label) + 18 - within
        }
        let ticks = drawn.yTicks.labels.map(\.count).max() ?? 1
        return PlotFrame(
            width: width, height: height, tickCharacters: ticks, labelWidth: min(widest.max() ?? 0, 320),
            hasTitle: hasTitle)
    }

    private mutating func setLabels(_ chart: LineChart, _ drawn: DrawnChart, _ frame: PlotFrame) {
        let wishes = drawn.ends.enumerated().compactMap { index, end in
            end.map { point in
                let (text, place) = (chart.series[index].label, drawn.place(point.x, point.y, in: frame))
                let x = drawn.isNamedLeft(index) ? place.x - 9 - PlotFrame.width(of: text) : place.x + 9
                return LineLabels.Label(text: text, x: x, y: place.y, series: index)
            }
        }
        let shared = drawn.shared.enumerated().map { index, shared in
            let place = drawn.place(shared.point.x, shared.point.y, in: frame)
            return LineLabels.Label(
                text: shared.label, x: place.x - 11 - PlotFrame.width(of: shared.label), y: place.y,
                series: chart.series.count + index)
        }
        let boxes = chart.series.indices.flatMap { drawn.boxes($0, in: frame) }
        for label in LineLabels(wishes + shared, off: boxes, within: frame).labels {
            let place = "screen \(label.x / frame.width), screen \(label.y / frame.height)"
            let isName = label.series < chart.series.count
            let color = isName ? chart.series[label.series].color.textHexadecimal : "#7f7f7f"
            line("set label \(Self.quoted(label.text)) at \(place) left textcolor rgb '\(color)' front")
        }
    }

    private mutating func plot(_ series: [FigureSeries], _ drawn: DrawnChart) {
        var commands: [String] = []
        for (index, line) in series.enumerated() where line.look == .line && drawn.hasSpread(index) {
            let fill = "fillcolor rgb '\(line.color.hexadecimal)' fillstyle transparent solid 0.2 noborder"
            commands.append("$s\(index) using 1:3:4 with filledcurves \(fill) notitle")
            elements.append("\(line.name), spread")
        }
        for (index, line) in series.enumerated() where line.look != .line && drawn.hasSpread(index) {
            let look = "pointsize 0 linecolor rgb '\(line.color.hexadecimal)' linewidth 1"
            commands.append("$s\(index) using 1:2:3:4 with yerrorbars \(look) notitle")
            elements.append("\(line.name), spread")
        }
        for (index, line) in series.enumerated() {
            commands.append("$s\(index) using 1:2 with \(Self.style(line)) notitle")
            elements.append(line.name)
        }
        for (index, line) in series.enumerated() {
            guard let mark = drawn.marks[index] else { continue }
            table("m\(index)", [[mark.x, mark.y]])
            let look = "pointtype 7 pointsize 0.8 linecolor rgb '\(line.color.hexadecimal)'"
            commands.append("$m\(index) using 1:2 with points \(look) notitle")
            elements.append("\(line.name), \(mark.label)")
        }
        // Axes alone, where there is nothing to draw on them.
        if commands.isEmpty { commands = ["NaN notitle"] }
        self.line("plot \(commands.joined(separator: ", \\\n     "))")
    }
}

extension PlotScript {
    /// gnuplot's words for how a series is drawn.
    private static func style(_ series: FigureSeries) -> String {
        let color = "linecolor rgb '\(series.color.hexadecimal)'"
        let dashes = series.dashes.map { "dashtype \($0)" } ?? "dashtype solid"
        let shape = series.stroke.pointType
        return switch series.look {
        case .line: "lines \(color) linewidth 2.2 \(dashes)"
        case .dottedLine: "linespoints \(color) linewidth 1.6 \(dashes) pointtype \(shape) pointsize 0.5"
        case .dots: "points \(color) pointtype \(shape) pointsize 0.7"
        case .rings: "linespoints \(color) linewidth 0.8 dashtype solid pointtype 6 pointsize 1.2"
        }
    }
}

extension DrawnChart {
    /// Whether a series has a spread.
    fileprivate func hasSpread(_ index: Int) -> Bool { points[index].contains { $0.low != nil } }
}

extension FigureSeries.Stroke {
    /// gnuplot's number of the shape.
    fileprivate var pointType: Int {
        switch self {
        case .own: 7
        case .fine: 6
        case .long: 8
        }
    }
}

extension FigureSeries {
    /// gnuplot's dash pattern; nil for a solid line.
    fileprivate var dashes: String? {
        switch stroke {
        case .own: color.dashes
        case .fine: "(1,2)"
        case .long: "(18,5)"
        }
    }

    /// What stands at the end of the line.
    fileprivate var label: String { mark.map { "\(name): \($0.label)" } ?? name }
}
