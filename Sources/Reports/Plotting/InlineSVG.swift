/// An SVG file of gnuplot's, made fit to stand in a page: the prologue is gone, every id is the figure's own (all
/// gnuplot's files use the same ones), and groups are named after what they show.
struct InlineSVG {
    /// The `<svg>` element.
    let text: String

    /// From gnuplot's `file`; `elements` name the plot's groups in order.
    init(_ file: String, of figure: Figure, elements: [String]) {
        var svg = file.firstRange(of: "<svg").map { String(file[$0.lowerBound...]) } ?? ""
        for opening in [" id='", " id=\"", "xlink:href='#", "xlink:href=\"#", "url(#"] {
            svg = svg.replacing(opening, with: "\(opening)\(figure.name)-")
        }
        text = Self.named(svg, of: figure, elements: elements)
    }

    private static func named(_ svg: String, of figure: Figure, elements: [String]) -> String {
        var svg = svg.replacing("<title>Gnuplot</title>", with: "<title>\(HTMLText.escaped(figure.title))</title>")
        if let start = svg.firstRange(of: "<desc>"), let end = svg.firstRange(of: "</desc>") {
            svg.replaceSubrange(start.upperBound..<end.lowerBound, with: HTMLText.escaped(figure.caption))
        }
        for (index, name) in elements.enumerated() {
            let title = "<title>gnuplot_plot_\(index + 1)</title>"
            svg = svg.replacing(title, with: "<title>\(HTMLText.escaped(name))</title>")
        }
        return svg.replacing("<svg", with: "<svg role=\"img\"", maxReplacements: 1)
    }
}
