import Files

/// Draws a report's figures and writes it as a folder: `index.html`, `report.md`, `figures/*.png`, `data/*`.
public struct ReportWriter {
    /// What draws the figures.
    public var renderer: FigureRenderer
    /// Told what is being done, for whoever waits.
    public var progress: (String) -> Void

    /// A writer by its parts; see the properties.
    public init(
        renderer: FigureRenderer = FigureRenderer(), progress: @escaping (String) -> Void = { _ in }
    ) {
        self.renderer = renderer
        self.progress = progress
    }

    /// Writes `report` to `folder`, all of it or nothing. A report that is there already is replaced; any other
    /// folder with something in it is refused.
    /// - Throws: `FileError`.
    public func write(_ report: Report, to folder: String) throws -> WrittenReport {
        let (pictures, warning) = draw(report.figures)
        let view = PageView(report, pictures: pictures)
        var files: [String: [UInt8]] = [
            "index.html": Array(try PageTemplate.html.page(view).utf8),
            "report.md": Array(try PageTemplate.markdown.page(view).utf8),
        ]
        for figure in report.figures {
            files["data/\(figure.name).csv"] = Array(figure.csv().utf8)
            files["data/\(figure.name).json"] = Array("\(try figure.json())\n".utf8)
            files["figures/\(figure.name).png"] = pictures[figure.name]?.png
        }
        for (name, text) in report.dataFiles { files["data/\(name)"] = Array(text.utf8) }
        try AtomicFolder.write(files, to: folder, mayReplace: Self.isOurs)
        return WrittenReport(folder: folder, files: files.keys.sorted(), warnings: warning.map { [$0] } ?? [])
    }

    /// Checks that a report can go to `folder`, before the work for it.
    /// - Throws: `FileError`.
    public static func check(_ folder: String) throws { try AtomicFolder.check(folder, mayReplace: isOurs) }

    /// All pictures, or none and a warning: without gnuplot, a report comes without plots.
    private func draw(_ figures: [Figure]) -> (pictures: [String: FigurePictures], warning: String?) {
        var pictures: [String: FigurePictures] = [:]
        do {
            for (index, figure) in figures.enumerated() {
                progress("drawing figure \(index + 1) of \(figures.count)")
                pictures[figure.name] = FigurePictures(
                    svg: try renderer.inlineSVG(figure), png: try renderer.png(figure))
            }
            return (pictures, nil)
        } catch {
            return ([:], "the report comes without plots: \(error)")
        }
    }

    /// Whether a file within a folder is one that reports have.
    private static func isOurs(_ name: String) -> Bool {
        let parts = name.split(separator: "/")
        if parts.count == 1 { return name == "index.html" || name == "report.md" }
        guard parts.count == 2 else { return false }
        return switch parts[0] {
        case "figures": name.hasSuffix(".png")
        case "data": name.hasSuffix(".csv") || name.hasSuffix(".json")
        default: false
        }
    }
}
