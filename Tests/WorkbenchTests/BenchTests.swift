import Foundation
import TestSupport
import Testing
import Workbench

@Suite("bench")
struct BenchTests {
    private let limits = MachineLimits(
        processor: "one", threads: 2, readBytesPerSecond: 2e10, float32FLOPS: 1e11, bfloat16FLOPS: nil)

    private func record(_ rates: [String: Double]) -> BenchRecord {
        var record = BenchRecord(limits: limits)
        record.results = rates.sorted { $0.key < $1.key }.map {
            BenchResult(name: $0.key, rate: $0.value, unit: "tokens", runs: 3, limit: .memory, limitRate: 40)
        }
        return record
    }

    @Test("What is measured has a rate, and below a limit that is one, a share of at most about one")
    func measures() throws {
        var job = BenchJob()
        job.readBytes = 1 << 26
        job.words = ["trace/", "decode/bundled/bfloat16/full/batch=1/", "prefill/bundled/bfloat16/dmc"]
        var told: [String] = []
        let record = try job.run(progress: { told.append($0) })
        #expect(
            record.results.map(\.name) == [
                "decode/bundled/bfloat16/full/batch=1/context=128",
                "prefill/bundled/bfloat16/dmc/tokens=1024/parallel", "trace/write", "trace/scan",
                "trace/scan-compressed", "trace/replay",
            ])
        #expect(record.results.allSatisfy { $0.rate > 1 && $0.runs > 0 && $0.rate.isFinite })
        #expect(record.skipped.isEmpty && told.contains("trace/replay"))
        #expect(try JSONDecoder().decode(BenchRecord.self, from: JSONEncoder().encode(record)) == record)
    }

    @Test("Against an earlier run's JSON every rate has its ratio")
    func against() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("before.json", try BenchReport(record(["a": 10, "b": 8])).json())
        let report = try BenchReport(record(["a": 20, "c": 1]), against: path)
        let text = report.text()
        #expect(text.contains("against  \(path)") && text.contains("memory   read at 20.0 GB/s"))
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasPrefix("a ") && $0.hasSuffix("2.00") && $0.contains("50 %") })
        #expect(lines.contains { $0.hasPrefix("c ") && $0.hasSuffix("—") })
        let json = try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any]
        #expect(json?["against"] as? [String: Double] == ["a": 2])
        // Such JSON serves as the earlier run as well.
        #expect(throws: Never.self) { try BenchRecord(path: try folder.write("after.json", try report.json())) }
    }

    @Test("A file that no bench wrote, and words that name nothing, are refused in one line")
    func refusals() throws {
        let folder = try TemporaryFolder()
        for text in ["", "{}", "[]", "{\"version\": 1}"] {
            let path = try folder.write("other.json", text)
            let error = #expect(throws: (any Error).self) { try BenchRecord(path: path) }
            let line = error.map { "\($0)" } ?? ""
            #expect(line.contains(path) && line.contains("bench --format json") && !line.contains("\n"), "\(line)")
        }
        var job = BenchJob()
        job.words = ["decode/300b"]
        #expect(throws: BenchError.nothing(words: ["decode/300b"])) { try job.run() }
        job.words = ["trace/replay"]
        #expect(throws: BenchError.interrupted(done: 0)) { try job.run(shouldStop: { true }) }
    }
}
