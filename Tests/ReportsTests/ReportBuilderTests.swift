import Capacity
import Files
import Foundation
import Reports
import TestSupport
import Testing
import Traces

@Suite("A report, out of traces")
struct ReportBuilderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func report(
        _ ids: [String] = ["letter-1", "letter-2", "code-1"], model: String = "llama-2-13b", gpu: String = "h100-sxm"
    ) throws -> Report {
        let path = try ReportSamples.recording(ids, in: folder)
        return try ReportBuilder(
            recording: ReportRecording(paths: [path]), model: PlannedModel.named(model), gpu: GPU.named(gpu),
            promptTokens: 3072, newTokens: 1024, command: "headroom report tiny.trace"
        ).report()
    }

    private func table(_ caption: String, of report: Report) throws -> ReportTable {
        try #require(report.sections.flatMap(\.tables).first { $0.caption.hasPrefix(caption) })
    }

    private func figure(_ name: String, of report: Report) throws -> Figure {
        try #require(report.figures.first { $0.name == name })
    }

    private func lines(_ name: String, of report: Report) throws -> LineChart {
        guard case .lines(let chart) = try figure(name, of: report).chart else {
            throw CapacityError.request("\(name) is no line chart")
        }
        return chart
    }

    @Test("the compression of every head is in the data, exactly")
    func compression() throws {
        #expect(
            try figure("compression-by-head", of: report()).csv() == """
                layer,kv_head,compression_ratio
                0,0,1
                0,1,2
                1,0,4
                1,1,8

                """)
    }

    @Test("prompts are grouped by kind, and ratios are sums over sums")
    func kinds() throws {
        let rows = try table("Compression by kind", of: report()).rows
        // 8 tokens and 8 + 4 + 2 + 1 slots a prompt: 32 / 15. The likelihoods are 1…7: 4 in the mean.
        #expect(
            rows == [
                ["letter", "2", "16", "2.13×", "4.000"], ["code", "1", "8", "2.13×", "4.000"],
                ["all", "3", "24", "2.13×", "4.000"],
            ])
    }

    @Test("the plain cache of Llama-2-13B at 4,096 tokens is 3,355,443,200 bytes, and tables beside")
    func plainCache() throws {
        let csv = try figure("cache-over-tokens", of: report()).csv()
        // Block tables: 256 pages × 4 bytes, and 12 bytes of lengths, for each of 40 × 40 heads.
        let bytes = 3_355_443_200 + 1600 * (256 * 4 + 12)
        #expect(csv.split(separator: "\n").contains("full,4096,\(bytes),,"))
    }

    @Test("figures show the plain cache, grouped heads, DMC, and both, with the spread where there are prompts")
    func series() throws {
        let report = try report()
        for name in ["cache-over-tokens", "batch-over-context", "throughput-over-batch"] {
            #expect(try lines(name, of: report).series.map(\.name) == ["full", "dmc", "gqa:8", "gqa:8+dmc"], "\(name)")
        }
        let cache = try lines("cache-over-tokens", of: report)
        #expect(cache.series[1].points.allSatisfy { $0.low != nil && $0.high != nil })
        #expect(cache.series[0].points.allSatisfy { $0.low == nil })
    }

    @Test("the best page is marked, and tables shared by more heads hold more")
    func pages() throws {
        let report = try report()
        let chart = try lines("bytes-over-page-size", of: report)
        #expect(chart.series.map(\.name) == ["full", "dmc, a table a head", "dmc, a table a layer", "dmc, one table"])
        let own = chart.series[1]
        #expect(own.mark?.y == own.points.map(\.y).min())
        for point in chart.series[2].points {
            let same = own.points.first { $0.x == point.x }
            #expect(same.map { $0.y <= point.y + 40 * 40 * 4 * 4096 } ?? false)
        }
        let rows = try table("DMC's keys and values", of: report).rows
        #expect(rows.count == 6 && Set(rows.map { $0[2] }).count == 1)
    }

    @Test("throughput ends, marked, at the largest batch of the plan's table")
    func memoryEnds() throws {
        let report = try report()
        let rows = try table("llama-2-13b on h100-sxm", of: report).rows
        for series in try lines("throughput-over-batch", of: report).series {
            let row = try #require(rows.first { $0[0] == series.name })
            #expect(series.mark?.label == "memory ends at \(row[4])")
            #expect(series.points.first?.x == 1)
            #expect(series.points.last?.x == series.mark?.x)
        }
    }

    @Test("the answer comes first, with the numbers of the table")
    func answer() throws {
        let report = try report()
        let rows = try table("llama-2-13b on h100-sxm", of: report).rows
        let (few, many) = (rows[0][4], rows[1][4])
        #expect(
            report.lead[0].hasPrefix(
                "On h100-sxm, llama-2-13b fits \(few) sequences of 4,096 tokens with the plain cache, "
                    + "and \(many) with DMC as recorded: "))
    }

    @Test("a small model's pattern on a large one is said to be that; a projection is said to be one")
    func caveats() throws {
        let report = try report()
        let caveat = try #require(report.lead.last)
        #expect(caveat.contains("projections: computed, not measured"))
        #expect(caveat.contains("a small model's pattern mapped onto a large one"))
        #expect(caveat.contains("the shortest ends after 8"))
        let fact = Report.Fact(name: "Kind of numbers", value: "projections, not measurements")
        #expect(report.provenance.contains(fact))
    }

    @Test("where weights do not fit the report says so, and shows no throughput")
    func nothingFits() throws {
        let report = try report(model: "llama-2-70b", gpu: "rtx-4090")
        #expect(report.lead[0].contains("fits no sequence at all: its weights leave no room for a cache"))
        #expect(!report.figures.contains { $0.name == "throughput-over-batch" })
        #expect(try table("llama-2-70b on rtx-4090", of: report).rows.allSatisfy { $0[4] == "0" && $0[7] == "–" })
        // Even so every figure there is can be drawn.
        for figure in report.figures { _ = try FigureRenderer().inlineSVG(figure) }
    }

    @Test("provenance names command, version, seed, fingerprints and the sources of model and GPU")
    func provenance() throws {
        let facts = try report().provenance
        let text = facts.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        for part in [
            "Command: headroom report tiny.trace", "Headroom: 0.1.0", "tiny.trace, SHA-256 ", "seed 0",
            String(repeating: "c", count: 64), String(repeating: "7", count: 64), "Source on h100-sxm",
            "Source on llama-2-13b",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains(folder.path))
    }

    @Test("the whole job writes a page with six drawings, and hostile prompt ids and names stay text")
    func wholeJob() throws {
        let hostile = ReportSamples.hostile
        let path = try ReportSamples.recording(["\(hostile)-1", "\(hostile)-2", "code-1"], in: folder, model: hostile)
        let written = try ReportJob(traces: [path], output: "\(folder.path)/out").run()
        #expect(written.warnings == [])
        let page = try String(contentsOfFile: written.page, encoding: .utf8)
        let inventory = try XMLInventory(page)
        #expect(inventory.names.filter { $0 == "svg" }.count == 6)
        #expect(!inventory.names.contains("script"))
        #expect(page.contains("&lt;script&gt;"))
        #expect(page.contains("headroom report \(path) --model llama-2-13b --gpu h100-sxm --prompt-tokens 3072"))
    }

    @Test("the job's command is one that a shell reads back as the same words")
    func command() {
        let job = ReportJob(traces: ["a b.trace", "it's.trace"], output: "out")
        #expect(
            job.command == "headroom report 'a b.trace' 'it'\\''s.trace' --model llama-2-13b --gpu h100-sxm "
                + "--prompt-tokens 3072 --new-tokens 1024 --output out")
    }

    @Test("an unknown model or GPU and an unfinished trace are refused before anything is written")
    func wrongInput() throws {
        let path = try ReportSamples.recording(["a-1"], in: folder)
        let output = "\(folder.path)/out"
        #expect(throws: CapacityError.self) { try ReportJob(traces: [path], model: "gpt-9", output: output).run() }
        #expect(throws: CapacityError.self) { try ReportJob(traces: [path], gpu: "abacus", output: output).run() }
        let unfinished = "\(folder.path)/unfinished.trace"
        try SampleTrace.write(SampleTrace.prompts(), to: unfinished, finished: false)
        #expect(throws: TraceError.self) { try ReportJob(traces: [unfinished], output: output).run() }
        #expect(throws: FileError.self) { try ReportJob(traces: ["\(folder.path)/none"], output: output).run() }
        #expect(!FileManager.default.fileExists(atPath: output))
    }
}
