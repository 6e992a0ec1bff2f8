import CGnuplot

/// Draws figures, each by a gnuplot of its own.
public struct FigureRenderer: Sendable {
    /// gnuplot's path, or its name on PATH.
    public var executable: String

    /// A renderer that runs `executable`.
    public init(executable: String = "gnuplot") {
        self.executable = executable
    }

    /// A figure as a PNG file's bytes.
    /// - Throws: `PlotError` when gnuplot is missing or fails.
    public func png(_ figure: Figure) throws -> [UInt8] {
        try draw(PlotScript(figure, title: figure.title), as: .png)
    }

    /// A figure as an `<svg>` element that can stand in a page beside others.
    /// - Throws: `PlotError` when gnuplot is missing or fails.
    public func inlineSVG(_ figure: Figure) throws -> String {
        let script = PlotScript(figure, title: nil)
        let file = try draw(script, as: .svg)
        return InlineSVG(String(decoding: file, as: UTF8.self), of: figure, elements: script.elements).text
    }

    /// Runs a script.
    func draw(_ script: PlotScript, as format: PictureFormat) throws -> [UInt8] {
        var session = try GnuplotSession(executable: executable)
        try session.send(format.terminal(width: script.width, height: script.height))
        for part in script.parts {
            switch part {
            case .text(let text): try session.send(text)
            case .table(let name, let rows): try session.send(table: name, rows: rows)
            }
        }
        return try session.finish()
    }
}

extension PlotScript {
    /// The script of any figure.
    init(_ figure: Figure, title: String?) {
        switch figure.chart {
        case .lines(let chart): self.init(chart, title: title)
        case .heatMap(let map): self.init(map, title: title)
        case .panels(let map): self.init(map, title: title)
        }
    }
}
