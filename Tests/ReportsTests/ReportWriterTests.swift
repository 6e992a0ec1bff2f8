import Files
import Foundation
import Reports
import TestSupport
import Testing

@Suite("A report, written")
struct ReportWriterTests {
    private let folder: TemporaryFolder
    private let output: String

    init() throws {
        folder = try TemporaryFolder()
        output = "\(folder.path)/reports/sample"
    }

    private func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(output)/\(name)", encoding: .utf8)
    }

    @Test("the folder holds the page, the Markdown, and every figure as picture and data")
    func files() throws {
        let written = try ReportWriter().write(ReportSamples.report, to: output)
        let expected = [
            "data/cells.csv", "data/cells.json", "data/plan.json", "figures/cells.png", "index.html", "report.md",
        ]
        #expect(written.files == expected)
        #expect(written.warnings == [])
        #expect(written.page == "\(output)/index.html")
        let there = try #require(FileManager.default.subpaths(atPath: output)).filter { $0.contains(".") }
        #expect(there.sorted() == expected)
        #expect(try read("data/cells.csv") == ReportSamples.cells.csv())
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/reports") == ["sample"])
    }

    @Test("the Markdown is, word for word, this")
    func markdown() throws {
        _ = try ReportWriter().write(ReportSamples.report, to: output)
        #expect(
            try read("report.md") == """
                # A title

                The answer.

                What it rests on.

                ## A heading

                A paragraph.

                ### Four heads

                ![Four heads](figures/cells.png)

                Darker is more. Data: [CSV](data/cells.csv), [JSON](data/cells.json).

                ### A table

                | Policy | Batch |
                |:---|---:|
                | full | 15 |
                | dmc | 1,052 |

                A note.

                ## Where this comes from

                - **Command**: headroom report a.trace
                - **Data**: [data/plan.json](data/plan.json)

                """)
    }

    @Test("the page is well-formed, with its figures inside, and asks for nothing from elsewhere")
    func selfContained() throws {
        var report = ReportSamples.report
        report.sections[0].figures.append(ReportSamples.lines)
        _ = try ReportWriter().write(report, to: output)
        let page = try XMLInventory(read("index.html"))
        #expect(page.names.filter { $0 == "svg" }.count == 2)
        #expect(Set(page.ids).count == page.ids.count)
        for name in ["script", "img", "iframe", "object", "link", "image"] { #expect(!page.names.contains(name)) }
        #expect(!page.attributeNames.contains { $0.hasPrefix("on") })
        #expect(page.links.allSatisfy { $0.hasPrefix("#") || $0.hasPrefix("data/") })
        for text in ["The answer.", "1 → 2", "A paragraph.", "1,052", "A note.", "headroom report a.trace"] {
            #expect(page.allText.contains(text), "\(text)")
        }
    }

    @Test("hostile text stays text, in the page and in the Markdown")
    func hostileText() throws {
        let hostile = ReportSamples.hostile
        var report = ReportSamples.report
        report.title = hostile
        report.lead = [hostile]
        report.sections[0].tables[0].rows[0][0] = hostile
        report.provenance[0].value = hostile
        _ = try ReportWriter().write(report, to: output)
        let html = try read("index.html")
        let page = try XMLInventory(html)
        #expect(page.titles.contains(hostile))
        #expect(!page.names.contains("script"))
        #expect(html.unicodeScalars.contains("\u{301}"))
        #expect(!html.contains("<\u{301}"))
        let row = try #require(try read("report.md").split(separator: "\n").first { $0.contains("| 15 |") })
        let cell =
            "&lt;script&gt;alert('x')&lt;/script&gt;\"&amp;\\`$(ls)\\`\\|\\*\\_&lt;\u{301}img src=http://x&gt;"
        #expect(row == "| \(cell) | 15 |")
    }

    @Test("the same report gives the same bytes")
    func deterministic() throws {
        _ = try ReportWriter().write(ReportSamples.report, to: output)
        let first = try read("index.html")
        _ = try ReportWriter().write(ReportSamples.report, to: output)
        #expect(try read("index.html") == first)
    }

    @Test("without gnuplot the report comes without plots, and with one warning")
    func withoutGnuplot() throws {
        var report = ReportSamples.report
        report.sections[0].figures.append(ReportSamples.lines)
        let writer = ReportWriter(renderer: FigureRenderer(executable: "no-such-gnuplot"))
        let written = try writer.write(report, to: output)
        #expect(
            written.warnings == [
                "the report comes without plots: gnuplot: no-such-gnuplot cannot be started: No such file or directory"
            ])
        #expect(!written.files.contains { $0.hasPrefix("figures/") })
        #expect(written.files.contains("data/lines.csv"))
        let page = try XMLInventory(read("index.html"))
        #expect(!page.names.contains("svg"))
        #expect(page.allText.contains("Not drawn"))
        #expect(try !read("report.md").contains("figures/"))
    }

    @Test("an earlier report is replaced, its figures too")
    func replaces() throws {
        _ = try ReportWriter().write(ReportSamples.report, to: output)
        var report = ReportSamples.report
        report.sections[0].figures = [ReportSamples.lines]
        _ = try ReportWriter().write(report, to: output)
        #expect(FileManager.default.fileExists(atPath: "\(output)/figures/lines.png"))
        #expect(!FileManager.default.fileExists(atPath: "\(output)/figures/cells.png"))
    }

    @Test("a folder with somebody's files is refused and left alone")
    func refusesOthersFiles() throws {
        try folder.write("thesis.txt", "years of work")
        #expect(throws: FileError.self) { try ReportWriter().write(ReportSamples.report, to: folder.path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["thesis.txt"])
    }

    @Test("an output that cannot be written is one clear error, and leaves nothing")
    func unwritable() throws {
        let file = try folder.write("file", "in the way")
        let path = "\(file)/report"
        #expect(throws: FileError.unwritable(path: path, reason: "Not a directory")) {
            try ReportWriter().write(ReportSamples.report, to: path)
        }
        #expect(throws: FileError.unwritable(path: file, reason: "a file of that name is in the way")) {
            try ReportWriter().write(ReportSamples.report, to: file)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }

    @Test("what was written is told to other programs as JSON")
    func json() throws {
        let written = WrittenReport(folder: "reports/x", files: ["index.html"], warnings: ["no plots"])
        #expect(
            try written.json() == """
                {
                  "files" : [
                    "index.html"
                  ],
                  "folder" : "reports/x",
                  "page" : "reports/x/index.html",
                  "warnings" : [
                    "no plots"
                  ]
                }
                """)
    }
}
