import Capacity
import Comparison
import Descriptions
import Foundation
import Reports
import TestSupport
import Testing

@Suite("A report on traces of several policies")
struct SeveralTracesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func trace(_ run: ComparedRun) throws -> String {
        let path = folder.file("\(run.name.split(separator: ":")[0]).hrt")
        try SampleTrace.write(run.prompts, header: run.header, to: path)
        return path
    }

    private func written(_ runs: ComparedRun...) throws -> (report: WrittenReport, page: String) {
        let report = try ReportJob(traces: try runs.map(trace), output: folder.file("out")).run()
        return (report, try String(contentsOfFile: "\(report.folder)/report.md", encoding: .utf8))
    }

    private func evicting() throws -> ComparedRun { try comparedRun("tova:slots=0.5", drops: [[2, 2], [1, 1]]) }

    private func compressed() throws -> ComparedRun {
        try comparedRun("dmc", shape: { $0.dmc = DMCSettings() }, header: { $0.checkpointFingerprint = "d" })
    }

    @Test("with a DMC trace among them both are there: what it buys, and the comparison")
    func both() throws {
        let (report, page) = try written(comparedRun(), evicting(), compressed())
        for heading in [
            "What a sequence takes", "What the heads did", "Which policy loses least", "What one head keeps",
        ] {
            #expect(page.contains("## \(heading)"), "\(heading)")
        }
        #expect(page.contains("tova:slots=0.5") && page.contains("50%"))
        for name in ["data/plan.csv", "data/comparison.csv", "data/comparison.json", "figures/loss-over-memory.png"] {
            #expect(report.files.contains(name), "\(name)")
        }
    }

    @Test("without one the comparison is all of it")
    func comparisonAlone() throws {
        let (report, page) = try written(comparedRun(), evicting())
        #expect(page.contains("Cache policies under one budget") && !page.contains("What the heads did"))
        #expect(report.files.contains("data/comparison.csv") && !report.files.contains("data/plan.csv"))
    }

    @Test("what cannot be compared or replayed is refused by the trace's name, and nothing is written")
    func refused() throws {
        let evictions = try trace(evicting())
        let alone = try #require(throws: CapacityError.self) {
            try ReportJob(traces: [evictions], output: folder.file("out")).run()
        }
        #expect("\(alone)".hasPrefix("\(evictions): expected DMC decisions to replay"))
        let noBaseline = try #require(throws: ComparisonError.self) { try written(evicting(), compressed()) }
        #expect("\(noBaseline)".contains("expected a run under policy full"))
        var other = try comparedRun()
        other = ComparedRun(name: "full", header: other.header, prompts: Array(other.prompts.dropLast()))
        let differs = try #require(throws: ComparisonError.self) { try written(other, compressed()) }
        #expect("\(differs)".contains("number of prompts: expected 1"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
    }
}
