extension PlotScript {
    /// Panels in rows of three, all within one pair of axes that counts cells: a panel is moved aside, not scaled.
    init(_ map: PanelMap, title: String?) {
        let grid = PanelGrid(map)
        let frame = grid.frame(width: width, hasTitle: title != nil)
        height = Int(frame.height)
        setLook(frame)
        if let title { setTitle(title, frame) }
        line("unset grid")
        line("set border 0")
        line("set tics scale 0")
        setAxis(
            "x", map.x, ticks: grid.ticks(grid.columnsOnAxis, pitch: grid.pitch), unit: map.x.quantity.unit(largest: 1))
        setAxis("y", map.y, ticks: grid.ticks(grid.rows, pitch: grid.rowPitch), unit: map.y.quantity.unit(largest: 1))
        line("set xrange [0:\(grid.width)]")
        line("set yrange [\(grid.height):\(-PanelGrid.headroom * grid.side)]")
        let ticks = AxisTicks(range: 0...100, values: [0, 25, 50, 75, 100], labels: ["0", "25", "50", "75", "100"])
        setAxis("cb", map.value, ticks: ticks, unit: map.value.quantity.unit(largest: 100))
        line("set cblabel offset character 1.5,0")
        line("set colorbox user origin graph 1.03, graph 0.25 size character 1.4, graph 0.5 noborder")
        line("set palette defined (\(Self.bluePalette))")
        for (index, panel) in map.panels.enumerated() { setFrame(of: panel, index, grid) }
        plot(map, grid)
    }

    private mutating func setFrame(of panel: PanelMap.Panel, _ index: Int, _ grid: PanelGrid) {
        let (x, y) = grid.origin(index)
        line("set label \(Self.quoted(panel.name)) at \(x),\(y - 0.06 * grid.side) left textcolor rgb '#333333'")
        if !grid.standsOnAxis(index) {
            for (value, label) in grid.marks {
                let place = "\(x + value),\(y + 1.08 * grid.side)"
                line("set label \(Self.quoted(label)) at \(place) center textcolor rgb '#333333'")
            }
        }
        let corners = "from \(x),\(y) to \(x + grid.side),\(y + grid.side)"
        line("set object rectangle \(corners) back fillstyle empty border rgb '#bfbfbf' linewidth 0.8")
    }

    private mutating func plot(_ map: PanelMap, _ grid: PanelGrid) {
        var commands: [String] = []
        for (index, panel) in map.panels.enumerated() {
            let boxes = grid.boxes(of: panel, at: grid.origin(index))
            guard !boxes.isEmpty else { continue }
            table("p\(index)", boxes)
            let look = "fillcolor palette fillstyle solid 1 noborder"
            commands.append("$p\(index) using 1:3:1:2:3:4:5 with boxxyerror \(look) notitle")
            elements.append(panel.name)
        }
        if commands.isEmpty { commands = ["NaN notitle"] }
        line("plot \(commands.joined(separator: ", \\\n     "))")
    }
}

/// Where the panels of a map stand, counted in cells from the first panel's upper left corner.
private struct PanelGrid {
    /// What a panel's name takes above it, as a share of the panel's side.
    static let headroom = 0.16

    let side: Double
    let cellSize: Int
    private let panels: Int
    let columns: Int
    let rows: Int

    init(_ map: PanelMap) {
        side = Double(max(1, map.panels.map(\.cells.count).max() ?? 1))
        cellSize = map.cellSize
        panels = map.panels.count
        columns = min(3, max(1, map.panels.count))
        rows = max(1, (map.panels.count + columns - 1) / columns)
    }

    /// From one panel's left edge to the next one's.
    var pitch: Double { side * 1.2 }
    /// From one panel's upper edge to the next one's.
    var rowPitch: Double { side * 1.26 }
    var width: Double { Double(columns - 1) * pitch + side }
    var height: Double { Double(rows - 1) * rowPitch + side }

    func origin(_ panel: Int) -> (x: Double, y: Double) {
        (Double(panel % columns) * pitch, Double(panel / columns) * rowPitch)
    }

    /// A frame in which cells are square.
    func frame(width picture: Int, hasTitle: Bool) -> PlotFrame {
        let wide = PlotFrame(
            width: picture, height: 400, tickCharacters: 4, labelWidth: columns < 3 ? 270 : 104, hasTitle: hasTitle)
        let cell = (wide.right - wide.left) / self.width
        let margins = wide.bottom + wide.height - wide.top
        return PlotFrame(
            width: picture, height: Int(margins + cell * (height + Self.headroom * side)), tickCharacters: 4,
            labelWidth: wide.width - wide.right, hasTitle: hasTitle)
    }

    /// Columns whose panels reach down to the axis: all, but for those that the last row leaves empty.
    var columnsOnAxis: Int { max(1, panels - (rows - 1) * columns) }

    /// Whether a panel's ticks are the axis's: not where there is neither a panel under it nor the axis.
    func standsOnAxis(_ panel: Int) -> Bool {
        panel % columns < columnsOnAxis || panel / columns < rows - 2
    }

    /// Beginning, middle and end of a panel along one axis, in cells and in words.
    var marks: [(value: Double, label: String)] {
        [0, side / 2, side].map { ($0, NumberText.grouped(Int($0 * Double(cellSize)))) }
    }

    /// Ticks at the marks of the first panels along one axis.
    func ticks(_ count: Int, pitch: Double) -> AxisTicks {
        AxisTicks(
            range: 0...max(width, height),
            values: (0..<count).flatMap { panel in marks.map { Double(panel) * pitch + $0.value } },
            labels: (0..<count).flatMap { _ in marks.map(\.label) })
    }

    /// A box `[left, right, top, bottom, value]` for each run of equal cells in a row; nothing for zeros.
    func boxes(of panel: PanelMap.Panel, at origin: (x: Double, y: Double)) -> [[Double]] {
        panel.cells.enumerated().flatMap { row, values in
            var boxes: [[Double]] = []
            var start = 0
            while start < values.count {
                let end = values[start...].firstIndex { $0 != values[start] } ?? values.count
                if values[start] > 0 {
                    let (left, top) = (origin.x + Double(start), origin.y + Double(row))
                    boxes.append([left, origin.x + Double(end), top, top + 1, values[start]])
                }
                start = end
            }
            return boxes
        }
    }
}
