import Foundation

extension PlotScript {
    /// A heat map: cells with a little white between them, the numbers written in where there is room.
    init(_ map: HeatMap, title: String?) {
        let columns = map.cells.map(\.count).max() ?? 0
        let rows = map.cells.count
        height = min(680, max(240, 110 + 32 * rows))
        let frame = PlotFrame(
            width: width, height: height, tickCharacters: 2, labelWidth: 104, hasTitle: title != nil)
        let largest = max(2, map.cells.joined().max() ?? 2)
        setLook(frame)
        if let title { setTitle(title, frame) }
        line("unset grid")
        line("set border 0")
        line("set tics scale 0")
        setAxis("x", map.x, ticks: Self.cellTicks(columns), unit: "")
        setAxis("y", map.y, ticks: Self.cellTicks(rows), unit: "")
        line("set yrange [\(Double(rows) - 0.5):-0.5]")
        let ticks = AxisTicks.logarithmic(smallest: 1, largest: largest, base: 2, leavesRoom: false)
        setAxis("cb", map.value, ticks: ticks, unit: map.value.quantity.unit(largest: largest))
        line("set cblabel offset character 1.5,0")
        line("set colorbox user origin graph 1.03, graph 0 size character 1.4, graph 1 noborder")
        line("set palette defined (\(Self.bluePalette))")
        plot(map, largest: largest, writesNumbers: columns <= 16 && rows <= 16)
    }

    /// ColorBrewer's sequential blues: one hue, darker is more, safe for all colour blindnesses and in grey.
    static let bluePalette =
        [
            "#eff3ff", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594",
        ].enumerated().map { "\($0.offset) '\($0.element)'" }.joined(separator: ", ")

    private static func cellTicks(_ count: Int) -> AxisTicks {
        let step = max(1, (count + 15) / 16)
        let values = Array(stride(from: 0, to: max(1, count), by: step))
        return AxisTicks(
            range: -0.5...(Double(max(1, count)) - 0.5), values: values.map(Double.init),
            labels: values.map { NumberText.grouped($0) })
    }

    private mutating func plot(_ map: HeatMap, largest: Double, writesNumbers: Bool) {
        let cells = map.cells.enumerated().flatMap { row, values in
            values.enumerated().map { [Double($0.offset), Double(row), max(1, $0.element)] }
        }
        table("cells", cells)
        let box = "($1-0.48):($1+0.48):($2-0.47):($2+0.47)"
        var commands = [
            "$cells using 1:2:\(box):3 with boxxyerror fillcolor palette fillstyle solid 1 noborder notitle"
        ]
        elements.append(map.value.label)
        if writesNumbers {
            // Where white text becomes easier to read than black, by the contrast of the palette's colours.
            let middle = pow(largest, 0.72)
            for (name, color, part) in [
                ("pale", "#ffffff", cells.filter { $0[2] > middle }),
                ("dark", "#1a1a1a", cells.filter { $0[2] <= middle }),
            ] where !part.isEmpty {
                table(name, part)
                let text = "(sprintf('%.1f', $3))"
                commands.append("$\(name) using 1:2:\(text) with labels textcolor rgb '\(color)' notitle")
                elements.append("\(map.value.label), in numbers")
            }
        }
        line("plot \(commands.joined(separator: ", \\\n     "))")
    }
}
