import Foundation
import Reports
import Testing

@Suite("A figure, drawn")
struct FigureDrawingTests {
    private let renderer = FigureRenderer()

    private func drawn(_ figure: Figure) throws -> XMLInventory { try XMLInventory(renderer.inlineSVG(figure)) }

    @Test("lines are well-formed SVG with every series, axis, unit and tick")
    func linesAsSVG() throws {
        let svg = try drawn(ReportSamples.lines)
        #expect(svg.names.first == "svg")
        for text in ["full", "a, \"quoted\" name: memory ends at 2", "Sequence length (tokens)", "Cache (GiB)"] {
            #expect(svg.texts.contains(text), "\(text)")
        }
        // 3 GiB is the largest value; 2,048 tokens the longest sequence.
        for tick in ["0", "1", "2", "3", "500", "1,500", "2,000"] { #expect(svg.texts.contains(tick), "\(tick)") }
        #expect(svg.titles.contains("full"))
        #expect(svg.titles.contains("a, \"quoted\" name, spread"))
        #expect(svg.titles.contains("a, \"quoted\" name, memory ends at 2"))
    }

    @Test("a heat map is well-formed SVG with a number in every cell")
    func cellsAsSVG() throws {
        let svg = try drawn(ReportSamples.cells)
        for number in ["1.0", "2.0", "4.0", "8.5"] { #expect(svg.texts.contains(number), "\(number)") }
        #expect(svg.texts.contains("KV head"))
        #expect(svg.texts.contains("Compression (tokens per slot)"))
        #expect(svg.titles.contains("Compression"))
    }

    @Test("logarithmic axes tick by powers, and leave out what they cannot show")
    func logarithmicAxes() throws {
        let points = [(256.0, 900.0), (512, 90), (1024, 9), (2048, 0)].map { FigurePoint(x: $0, y: $1) }
        let chart = LineChart(
            x: FigureAxis(label: "Context", column: "tokens", quantity: .tokens, scale: .logarithmic(base: 2)),
            y: FigureAxis(label: "Batch", column: "batch", quantity: .sequences, scale: .logarithmic(base: 10)),
            series: [FigureSeries(name: "full", color: .charcoal, points: points)])
        let svg = try drawn(Figure(name: "log", title: "t", caption: "c", chart: .lines(chart)))
        for tick in ["256", "512", "1,024", "2,048", "10", "100"] { #expect(svg.texts.contains(tick), "\(tick)") }
        #expect(!svg.texts.contains("0"))
    }

    @Test("two figures in one page share no id, and every reference stays within its figure")
    func uniqueIDs() throws {
        let (one, other) = (try drawn(ReportSamples.lines), try drawn(ReportSamples.cells))
        #expect(!one.ids.isEmpty && Set(one.ids).isDisjoint(with: other.ids))
        #expect(!one.references.isEmpty && Set(one.references).isSubset(of: one.ids))
        #expect(Set(other.references).isSubset(of: other.ids))
    }

    @Test("a line without points and a chart without lines are drawn all the same")
    func emptyCharts() throws {
        guard case .lines(var chart) = ReportSamples.lines.chart else { return }
        chart.series[0].points = []
        var figure = ReportSamples.lines
        figure.chart = .lines(chart)
        #expect(try drawn(figure).titles.contains("a, \"quoted\" name"))
        chart.series = []
        figure.chart = .lines(chart)
        #expect(try drawn(figure).texts.contains("Sequence length (tokens)"))
    }

    @Test("hostile names stay text: no markup, no command run")
    func hostileNames() throws {
        guard case .lines(var chart) = ReportSamples.lines.chart else { return }
        chart.series[0].name = ReportSamples.hostile + "'\n"
        chart.x.label = "`id`"
        let figure = Figure(
            name: "hostile", title: ReportSamples.hostile, caption: ReportSamples.hostile, chart: .lines(chart))
        let svg = try drawn(figure)
        #expect(svg.texts.contains("\(ReportSamples.hostile)'"))
        #expect(svg.texts.contains("`id` (tokens)"))
        #expect(!svg.names.contains("script"))
        #expect(!svg.names.contains("img"))
    }

    @Test("a PNG has the signature, and twice the points each way")
    func png() throws {
        let bytes = try renderer.png(ReportSamples.lines)
        #expect(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        func number(at offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        #expect(number(at: 16) == 1520)
        #expect(number(at: 20) == 800)
    }

    @Test("the same figure gives the same bytes")
    func deterministic() throws {
        #expect(try renderer.inlineSVG(ReportSamples.lines) == renderer.inlineSVG(ReportSamples.lines))
        #expect(try renderer.png(ReportSamples.cells) == renderer.png(ReportSamples.cells))
    }

    @Test("without gnuplot there is an error that says so")
    func withoutGnuplot() {
        let expected = PlotError.gnuplot(reason: "no-such-gnuplot cannot be started: No such file or directory")
        #expect(throws: expected) { try FigureRenderer(executable: "no-such-gnuplot").png(ReportSamples.lines) }
    }
}
