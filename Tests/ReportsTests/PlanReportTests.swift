import Capacity
import Descriptions
import Foundation
import Reports
import TestSupport
import Testing

@Suite("A plan is printed as text, JSON and CSV")
struct PlanReportTests {
    private func report(_ change: (inout PlanSweep) throws -> Void = { _ in }) throws -> PlanReport {
        var sweep = PlanSweep(
            models: [try .named("llama-2-13b")], gpus: [try .named("h100-sxm")], promptTokens: [3072],
            newTokens: [1024])
        try change(&sweep)
        return try PlanReport(sweep.requests { $0.lengths = .ratio(4) })
    }

    private func traceReport() throws -> PlanReport {
        let trace = try RecordedTrace(
            header: SampleTrace.header(), prompts: SampleTrace.prompts(), fingerprints: ["abc123"])
        return try PlanReport([
            PlanRequest(
                model: .named("llama-2-13b"), gpu: .named("h100-sxm"), promptTokens: 3072, newTokens: 1024,
                lengths: .trace(trace))
        ])
    }

    @Test("JSON has command, version, inputs and the rows in order")
    func json() throws {
        let text = try report().json()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["command"] as? String == "plan")
        #expect(object["version"] is String)
        let rows = try #require(object["rows"] as? [[String: Any]])
        #expect(rows.map { $0["policy"] as? String } == ["full", "dmc"])
        #expect(rows.map { $0["kv_bytes_per_sequence"] as? Int } == [3_355_443_200, 838_860_800])
        #expect(rows.map { $0["source"] as? String } == ["arithmetic", "uniform"])
    }

    @Test("A plan from a trace names its fingerprints, and that a small model's pattern was mapped")
    func traceInputs() throws {
        let report = try traceReport()
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
        let inputs = try #require(object["inputs"] as? [String: Any])
        #expect(inputs["trace_fingerprints"] as? [String] == ["abc123"])
        #expect(inputs["trace_model"] as? String == "sample")
        #expect(inputs["checkpoint_fingerprint"] as? String == String(repeating: "c", count: 64))
        let text = report.text()
        #expect(text.contains("SHA-256 abc123"))
        #expect(text.contains("the pattern of sample, a smaller model, was mapped onto llama-2-13b"))
        #expect(text.contains("recordings end after 1 tokens or later"))
    }

    /// The cells of a line; commas between quotes are theirs.
    private func cells(_ line: Substring) -> [String] {
        var cells = [""]
        var isQuoted = false
        for letter in line {
            if letter == "\"" { isQuoted.toggle() }
            if letter == ",", !isQuoted { cells.append("") } else { cells[cells.count - 1].append(letter) }
        }
        return cells
    }

    @Test("CSV has a header and a line a row, each with as many cells, and the exact numbers of JSON")
    func csv() throws {
        let lines = try report().csv().split(separator: "\n").map(cells)
        #expect(lines.count == 3)
        #expect(Set(lines.map(\.count)).count == 1)
        let column = try #require(lines[0].firstIndex(of: "kv_bytes_per_sequence"))
        #expect(lines[1][column] == "3355443200")
        let step = try #require(lines[0].firstIndex(of: "step_seconds"))
        let rows = try report().rows
        #expect(Double(lines[1][step]) == rows[0].stepSeconds)
        let parts = lines[0].indices.filter {
            lines[0][$0].hasPrefix("step_") && lines[0][$0].hasSuffix("_seconds") && $0 != step
        }
        let sum = parts.reduce(0) { $0 + (Double(lines[1][$1]) ?? 0) }
        #expect(abs(sum / rows[0].stepSeconds! - 1) < 1e-12)
    }

    @Test("GPUs with times of different engines are told apart by a column and a note, in every form")
    func engines() throws {
        let gpus = try [GPU.named("a100-80gb"), GPU.named("h100-sxm")]
        let text = try report { $0.gpus = gpus }.text()
        #expect(text.contains("\ngpu        times of           policy"), "\(text)")
        #expect(text.contains("\na100-80gb  LMDeploy 0.1.0     full"), "\(text)")
        #expect(text.contains("note: times are of LMDeploy 0.1.0, TensorRT-LLM 2024: GPUs"), "\(text)")
        let alike = try report { $0.gpus = try gpus.map { try $0.running("vLLM") } }.text()
        #expect(!alike.contains("times of  ") && !alike.contains("differ by their engines"))
        let request = PlanRequest(
            model: try .named("llama-2-13b"), gpu: gpus[0], promptTokens: 3072, newTokens: 1024)
        let need = try NeedReport(BatchNeeds(request, batch: 8, gpus: gpus))
        #expect(need.text().contains(#/fitted +LMDeploy 0.1.0/#) && need.text().contains("differ by their engines"))
        #expect(need.csv().contains(",fitted,LMDeploy 0.1.0,"))
    }

    @Test("Where heads are grouped, every table and form says whether they were trained so; nowhere else")
    func grouped() throws {
        let request = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024,
            lengths: .ratio(4), variants: [try PlanVariant("gqa:8")])
        let report = try PlanReport([request], detailed: true)
        let tables = report.text().components(separatedBy: "\n\n").filter { $0.contains("  policy") }
        #expect(tables.count >= 4)
        for table in tables {
            let lines = table.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("GQA        policy") }, "\(table)")
            #expect(lines.contains { $0.hasPrefix("untrained  gqa:8") }, "\(table)")
            #expect(lines.contains { $0.hasPrefix("—          full") }, "\(table)")
        }
        #expect(report.text().contains("\ngqa:8: GPU KV cache size"))
        #expect(report.csv().contains("\ngqa:8,untrained,") && report.csv().contains("\nfull,,"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
        let rows = try #require(object["rows"] as? [[String: Any]])
        #expect(rows[0]["group_training"] is NSNull && rows[2]["group_training"] as? String == "untrained")
        let needs = try NeedReport(BatchNeeds(request, batch: 8, gpus: [.named("h100-sxm")]))
        #expect(needs.text().contains("\nuntrained  gqa:8") && needs.text().contains("  gqa:8 (untrained)"))
        #expect(needs.csv().contains("\ngqa:8,untrained,8,"))
        let published = try self.report { $0.models = [try .named("llama-3-8b")] }.text()
        #expect(published.contains("8 KV heads of 128 (as published)") && !published.contains("GQA"))
        #expect(!(try self.report().text().contains("GQA")))
    }

    @Test("Eight-bit weights are said to take in the output layer where Headroom's own int8 does")
    func weightsLine() throws {
        func line(_ change: (inout PlannedModel) -> Void) throws -> String {
            var model = try PlannedModel.named("llama-2-13b")
            change(&model)
            let request = PlanRequest(
                model: model, gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024, weightBits: 8)
            let lines = try PlanReport([request]).text().split(separator: "\n")
            return String(try #require(lines.first { $0.hasPrefix("weights       8 bit") }))
        }
        #expect(try line { _ in }.contains("in the layers' products, with scales; the rest 16 bit"))
        #expect(try line { $0.configuration.quantization = .standard }.contains("the output layer's too"))
    }

    @Test("A cell with a comma is quoted")
    func quoted() throws {
        let request = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024,
            variants: [try PlanVariant("h2o:heavy=64,recent=64")])
        #expect(try PlanReport([request]).csv().contains("\n\"h2o:heavy=64,recent=64\",,llama-2-13b,"))
    }

    @Test("What varies in a sweep is a column, and what does not is none")
    func sweep() throws {
        let text = try report { sweep in sweep.pageSlots = [1, 256] }.text()
        #expect(text.contains("\npage  policy "))
        #expect(text.contains("pages of 1 slots") && text.contains("pages of 256 slots"))
        #expect(!text.contains("\ngpu       policy"))
    }

    @Test("A model that does not fit shows dashes, not numbers")
    func noFit() throws {
        let request = PlanRequest(
            model: try .named("llama-2-70b"), gpu: try .named("l40s"), promptTokens: 3072, newTokens: 1024)
        let text = try PlanReport([request]).text()
        #expect(text.contains("full        —         —           —       —        —"))
        #expect(text.contains("0      0  weights"))
    }

    @Test("Lists have a line for every name, and JSON an array of them")
    func lists() throws {
        for (list, count) in [
            (ListReport.models(try PlannedModel.all()), try PlannedModel.all().count),
            (.gpus(try GPU.all()), try GPU.all().count), (.policies(PolicyCard.all), PolicyCard.all.count),
        ] {
            #expect(list.csv().split(separator: "\n").count == count + 1)
            #expect(list.text().split(separator: "\n").count == count + 2)
            let array = try JSONSerialization.jsonObject(with: Data(list.json().utf8)) as? [[String: Any]]
            #expect(array?.count == count)
        }
    }

    @Test("vLLM's two lines stand there as its log has them, for the policies it has")
    func engineLines() throws {
        let text = try report { $0.kvBits = [16, 8] }.text()
        let row = try report().rows[0]
        let tokens = try #require(row.kvCacheTokens)
        let grouped = "\(tokens / 1000),\(String(tokens % 1000 + 1000).dropFirst())"
        #expect(text.contains("16 full: GPU KV cache size: \(grouped) tokens\n"))
        let size = try Regex("8 full: Maximum concurrency for 4,096 tokens per request: [0-9]+\\.[0-9][0-9]x\n")
        #expect(text.contains(size))
        #expect(!text.contains("dmc: GPU KV cache size"))
    }

    @Test("Asked for more about memory, a report has what is held, page sizes, the course and placements, also as JSON")
    func memory() throws {
        let request = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), gpus: 2, promptTokens: 3072,
            newTokens: 1024, lengths: .ratio(4))
        let report = try PlanReport([request], detailed: true)
        let text = report.text()
        for heading in ["Keys and values held", "by slots of a page", "over the course", "Placement of KV heads"] {
            #expect(text.contains(heading), "\(heading)")
        }
        let json = try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any]
        let details = try #require(json?["memory"] as? [[String: Any]])
        #expect(details.map { $0["policy"] as? String } == ["full", "dmc"])
        #expect((details[0]["pages"] as? [Any])?.count == 9 && (details[0]["course"] as? [Any])?.count == 6)
        #expect((details[0]["placements"] as? [Any])?.count == 2)
        let plain = try PlanReport([request])
        #expect(!plain.text().contains("over the course") && plain.details.isEmpty)
    }

    @Test("A batch's needs are printed as memory by number of GPUs, and as the GPUs that have it")
    func needs() throws {
        let request = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024,
            lengths: .ratio(4))
        let report = try NeedReport(BatchNeeds(request, batch: 64, gpus: GPU.all()))
        let text = report.text()
        #expect(text.contains("Memory that a process must see of each GPU\npolicy  prompts     source      "))
        #expect(text.contains("\nrtx-4090 "))
        let lines = report.csv().split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 1 + 2 * (try GPU.all().count))
        #expect(Set(lines.map(\.count)) == [15])
        let json = try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any]
        let needs = try #require(json?["needs"] as? [[String: Any]])
        #expect(needs.map { $0["policy"] as? String } == ["full", "dmc"])
        #expect(needs.allSatisfy { ($0["memory"] as? [Any])?.count == 4 })
    }
}
