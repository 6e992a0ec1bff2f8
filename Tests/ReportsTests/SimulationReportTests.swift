import Capacity
import Foundation
import Reports
import TestSupport
import Testing

@Suite("A simulation is printed as text, JSON and CSV, and drawn")
struct SimulationReportTests {
    private func report() throws -> SimulationReport {
        let trace = try RecordedTrace(
            header: SampleTrace.header(), prompts: SampleTrace.prompts(), fingerprints: ["abc123"])
        var request = PlanRequest(
            model: try .named("llama-2-7b"), gpu: try .named("a100-80gb"), promptTokens: 1, newTokens: 1,
            lengths: .trace(trace))
        request.variants = [try PlanVariant("gqa:8")]
        let workload = try Workload(
            name: "sample",
            requests: (0..<40).map {
                Workload.Request(arrival: 0.1 * Double($0), promptTokens: 100 * $0 + 1, newTokens: 1 + $0 * 10)
            })
        let settings = SimulationSettings(pricePerHour: 2)
        return try SimulationReport(
            Simulation(request, workload: workload, settings: settings),
            questions: SimulationRun.Questions(findsRate: true, findsReplicas: true))
    }

    @Test("JSON has command, version, inputs, and a row for each policy, side by side")
    func json() throws {
        let text = try report().json()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["command"] as? String == "simulate")
        #expect(object["version"] is String)
        let inputs = try #require(object["inputs"] as? [String: Any])
        #expect(inputs["trace_fingerprints"] as? [String] == ["abc123"])
        #expect(inputs["seed"] as? Int == 0)
        let rows = try #require(object["rows"] as? [[String: Any]])
        #expect(rows.map { $0["policy"] as? String } == ["full", "dmc", "gqa:8"])
        #expect(rows.map { $0["group_training"] as? String } == [nil, nil, "untrained"])
        // Requests 38 and 39 ask for 3,801 + 381 and 3,901 + 391 tokens, 37 for 3,701 + 371 = 4,072.
        #expect(rows.map { $0["over_context"] as? Int } == [2, 2, 2])
        #expect(rows.map { $0["completed"] as? Int } == [38, 38, 38])
        for row in rows {
            #expect((row["highest_rate_per_gpu"] as? Double ?? 0) > 0)
            #expect((row["replicas_needed"] as? Int ?? 0) > 0)
            #expect((row["dollars_per_million_tokens_at_highest_rate"] as? Double ?? 0) > 0)
            #expect((row["ttft"] as? [String: Double])?.keys.sorted() == ["max", "mean", "p50", "p90", "p99"])
        }
    }

    @Test("CSV has as many cells in every line, and the exact numbers of JSON")
    func csv() throws {
        let report = try report()
        let lines = report.csv().split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 4)
        #expect(lines[3].prefix(2) == ["gqa:8", "untrained"])
        let tables = report.text().components(separatedBy: "\n\n").filter { $0.contains("GQA        policy") }
        #expect(tables.count == 3 && tables.allSatisfy { $0.contains("\nuntrained  gqa:8") })
        let column = try #require(lines[0].firstIndex(of: "throughput_tokens_per_second"))
        #expect(lines.dropFirst().map { Double($0[column]) } == report.rows.map(\.throughputTokensPerSecond))
    }

    @Test("The CSV of requests has a line for every request and policy, rejected ones among them")
    func requests() throws {
        let lines = try report().requestsCSV().split(separator: "\n")
        #expect(lines.count == 1 + 3 * 40)
        #expect(Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }) == [19])
        #expect(lines.filter { $0.contains(",over_context,") }.count == 6)
        #expect(lines[1].hasPrefix("full,0,0,1,1,completed,0,"))
    }

    @Test("The text says what it depends on, and what a reader must know")
    func text() throws {
        let text = try report().text()
        for words in [
            "nothing here is measured", "sample", "SHA-256 abc123", "TTFT 2 s and TPOT 0.2 s", "keeps up",
            "outgrew their recordings", "the pattern of sample was mapped onto llama-2-7b",
        ] { #expect(text.contains(words), "\(words)") }
    }

    @Test("The page shows pages, sequences and latencies over all policies, and carries every request")
    func page() throws {
        let page = try report().page(command: "headroom simulate")
        #expect(
            page.figures.map(\.name) == [
                "pages-over-time", "running-over-time", "waiting-over-time", "ttft-percentiles", "tpot-percentiles",
            ])
        for figure in page.figures {
            guard case .lines(let chart) = figure.chart else { continue }
            #expect(chart.series.map(\.name) == ["full", "dmc", "gqa:8"])
            #expect(Set(chart.series.map(\.color)).count == 3)
            #expect(chart.series.allSatisfy { !$0.points.isEmpty })
        }
        #expect(page.dataFiles.keys.sorted() == ["requests.csv", "simulation.csv", "simulation.json"])
    }
}
