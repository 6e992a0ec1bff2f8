import Descriptions
import Files
import Foundation
import TestSupport
import Testing
import Traces
import Workbench

@Suite("The demo")
struct DemoTests {
    @Test("It records every bundled prompt and leaves a trace, a page and figures' data behind, nothing half-written")
    func demo() throws {
        let folder = try TemporaryFolder()
        var demo = Demo()
        demo.trace = "\(folder.path)/traces/demo.hrt"
        demo.output = "\(folder.path)/reports/demo"
        demo.newTokens = 2
        let (recording, report) = try demo.run()
        let trace = try TraceReader(path: demo.trace)
        #expect(trace.promptCount >= 24)
        #expect(trace.header.policy == .dmc)
        #expect(recording.text().contains("compression ratio"))
        let page = String(decoding: try MappedFile.contents(of: report.page), as: UTF8.self)
        #expect(page.contains("llama-2-13b"))
        #expect(report.files.contains("report.md"))
        #expect(report.files.filter { $0.hasPrefix("data/") && $0.hasSuffix(".csv") }.count >= 4)
        // The plain model, four evictions at three budgets, DMC, grouped heads; and a line of titles.
        let rows = String(decoding: try MappedFile.contents(of: "\(demo.output)/data/comparison.csv"), as: UTF8.self)
        #expect(rows.split(separator: "\n").count == 16 && page.contains("Which policy loses least"))
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        #expect(!names.contains { $0.contains(".partial") })
    }
}
