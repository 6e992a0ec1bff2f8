import Capacity
import Comparison
import Descriptions
import Foundation
import Reports
import TestSupport
import Testing

@Suite("The comparison in a report")
struct ComparisonSectionsTests {
    /// A plain model, evictions on it at two budgets, DMC that merged nothing, and grouped heads, trained and not.
    private func comparison(planned: Bool = true) throws -> PolicyComparison {
        let request = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024)
        return try PolicyComparison(
            [
                comparedRun(),
                comparedRun(
                    "tova:slots=0.5", drops: [[2, 1], [1, 1]], losses: [[1, 2, 6], [1, 2]], budget: "50%"),
                comparedRun(
                    "tova:slots=0.25", drops: [[3, 3], [2, 2]], losses: [[2, 3, 7], [1, 4]], budget: "25%"),
                comparedRun(
                    "window:sinks=1,window=0.4", drops: [[2, 3], [1, 1]], losses: [[1, 2, 4], [1, 1]], budget: "50%"),
                comparedRun(
                    "dmc", losses: [[2, 2, 3], [1, 1]],
                    shape: { $0.dmc = DMCSettings() }, header: { $0.model = "squeezed" }),
                grouped("grouped", conversion: nil), grouped("averaged", conversion: "gqa:1 averaged, untrained"),
            ], plan: planned ? request : nil)
    }

    private func grouped(_ model: String, conversion: String?) throws -> ComparedRun {
        try comparedRun(
            drops: [[0], [0]], losses: [[3, 3, 3], [3, 3]],
            shape: {
                $0.kvHeads = 1
                $0.conversion = conversion
            },
            header: {
                $0.model = model
                $0.checkpointFingerprint = model
            })
    }

    private func page(planned: Bool = true) throws -> Report {
        try ComparisonReport(comparison(planned: planned), command: "headroom compare").page()
    }

    private func figure(_ name: String, planned: Bool = true) throws -> Figure {
        try #require(page(planned: planned).figures.first { $0.name == name })
    }

    private func lines(_ name: String) throws -> LineChart {
        guard case .lines(let chart) = try figure(name).chart else { throw CapacityError.request("no lines") }
        return chart
    }

    @Test("there is a section for loss, gain, position and kept slots; without a plan none for the gain")
    func sections() throws {
        #expect(
            try page().sections.map(\.heading) == [
                "Which policy loses least", "What each policy buys", "Where in a sequence it is lost",
                "What one head keeps",
            ])
        let names = try page(planned: false).figures.map(\.name)
        #expect(names == ["loss-over-memory", "loss-over-position", "kept-slots"])
    }

    @Test("the loss over memory has a line a policy, a point a budget, each with its interval")
    func loss() throws {
        let chart = try lines("loss-over-memory")
        #expect(
            chart.series.map(\.name) == [
                "tova", "window with 1 sink", "dmc on squeezed", "gqa on grouped", "gqa on averaged",
            ])
        #expect(chart.series.map(\.look) == [.dottedLine, .dottedLine, .dots, .dots, .dots])
        // Of 14 slots 14 − 10 and 14 − 5 are left. Losses: 6 + 3 nats over 5 tokens, and 3 + 1.
        let (least, most) = (chart.series[0].points[0], chart.series[0].points[1])
        #expect(abs(least.x - 100 * 4 / 14.0) < 1e-9 && abs(most.x - 100 * 9 / 14.0) < 1e-9)
        #expect(abs(least.y - 9 / 5.0) < 1e-9 && abs(most.y - 4 / 5.0) < 1e-9)
        // Prompt "a" lost 3 over 3 tokens, "b" 1 over 2: all draws lie between.
        #expect(most.low == 0.5 && most.high == 1)
        #expect(chart.series.allSatisfy { $0.points.allSatisfy { $0.low! <= $0.y && $0.y <= $0.high! } })
        #expect(chart.spread == "95 % interval, paired bootstrap over prompts")
    }

    @Test("rings mark just those points of the gain that no other beats in both")
    func front() throws {
        let chart = try lines("throughput-over-loss")
        let rings = try #require(chart.series.first { $0.look == .rings })
        let points = chart.series.filter { $0.look == .dots }.flatMap(\.points)
        let planned = try comparison().rows.filter(\.isPlannedAsMeasured)
        #expect(
            points.count == planned.count && planned.count >= 5, "a point a run, if its loss goes with its projection")
        let unbeaten = points.filter { own in
            !points.contains { $0.x <= own.x && $0.y >= own.y && ($0.x, $0.y) != (own.x, own.y) }
        }
        #expect(rings.name == "front" && !unbeaten.isEmpty && unbeaten.count < points.count)
        #expect(rings.points == unbeaten.sorted { $0.x < $1.x })
        // The plain cache loses nothing, and is slower than others that lose little.
        #expect(chart.series[1].name == "full" && chart.series[1].points[0].x == 0)
        for row in planned { #expect(points.contains { $0.y == row.plan?.throughputTokensPerSecond }) }
    }

    @Test("the loss over position stands at the middle of its tokens, at the budget in the middle")
    func position() throws {
        let chart = try lines("loss-over-position")
        #expect(chart.series.count == 5)
        // Shares of 29, 50 and 64 % are kept: the middle one is the window's, and TOVA's nearest is 64 %.
        #expect(chart.series[0].points == [FigurePoint(x: 1, y: 0), FigurePoint(x: 2, y: 0.5)])
    }

    @Test("rules that differ in more than their size are lines of their own")
    func rules() throws {
        let words = [
            "full", "tova:slots=0.25", "tova:slots=0.25,protect=1", "h2o:heavy=0.125,recent=0.125",
            "h2o:heavy=16,recent=17", "h2o:heavy=0,recent=0.25", "window:sinks=0,window=0.25",
            "window:sinks=1,window=0.4",
        ]
        let page = try ComparisonReport(PolicyComparison(words.map { try comparedRun($0) })).page()
        let loss = try #require(page.figures.first { $0.name == "loss-over-memory" })
        guard case .lines(let chart) = loss.chart else { throw CapacityError.request("no lines") }
        #expect(
            chart.series.map(\.name) == [
                "tova", "tova protect=1", "h2o", "h2o 0 % heavy", "window without sinks", "window with 1 sink",
            ])
    }

    @Test("the kept slots are those of the head in which policies differ most, of the longest prompt")
    func kept() throws {
        let figure = try figure("kept-slots")
        guard case .panels(let map) = figure.chart else { throw CapacityError.request("no panels") }
        // Head 0 drops two tokens under both, head 1 one under TOVA and three in the window.
        #expect(figure.caption.hasPrefix("KV head 1 of layer 0 over prompt a"))
        #expect(map.panels.map(\.name) == ["tova, 64 %", "window with 1 sink, 50 %", "dmc on squeezed, 100 %"])
        #expect(map.cellSize == 1 && figure.caption.contains("a cell is one token each way"))
        #expect(map.panels[0].cells == [[100, 100, 100, 0], [0, 100, 100, 100], [0, 0, 100, 100], [0, 0, 0, 100]])
        #expect(map.panels[1].cells == [[100, 0, 0, 0], [0, 100, 0, 0], [0, 0, 100, 0], [0, 0, 0, 100]])
    }

    @Test("or of the head that is asked for, if there is one")
    func keptHead() throws {
        func comparison(_ head: String) throws -> PolicyComparison {
            try PolicyComparison(
                [comparedRun(), comparedRun("window:sinks=1,window=0.4", drops: [[2, 3], [1, 1]])],
                head: try #require(HeadPlace(head)))
        }
        let page = try ComparisonReport(comparison("0,0")).page()
        let figure = try #require(page.figures.first { $0.name == "kept-slots" })
        guard case .panels(let map) = figure.chart else { throw CapacityError.request("no panels") }
        #expect(
            figure.caption.hasPrefix("KV head 0 of layer 0 over prompt a, the longest one; the head that was asked"))
        #expect(map.panels[0].cells == [[100, 100, 0, 0], [0, 100, 100, 0], [0, 0, 100, 100], [0, 0, 0, 100]])
        for head in ["1,0", "0,2"] {
            let error = try #require(throws: ComparisonError.self) { try comparison(head) }
            #expect("\(error)" == "head \(head): expected a layer below 1 and a KV head below 2")
        }
        #expect(["", "1", "1,", "-1,0", "1,2,3", "+1,0", "01,0"].allSatisfy { HeadPlace($0) == nil })
    }

    @Test("every figure is drawn, well-formed, with every series or panel by its name")
    func drawn() throws {
        for figure in try page().figures {
            let svg = try XMLInventory(FigureRenderer().inlineSVG(figure))
            let names: [String]
            switch figure.chart {
            case .lines(let chart): names = chart.series.map(\.name)
            case .panels(let map): names = map.panels.map(\.name)
            case .heatMap: names = []
            }
            #expect(names.count >= 3)
            for name in names { #expect(svg.texts.contains(name), "\(figure.name): \(name)") }
        }
    }

    @Test("tables and text say which model a row ran on, and of grouped heads whether they were trained")
    func models() throws {
        let tables = try page().sections.flatMap(\.tables)
        let kept = try #require(tables.first { $0.caption == "What each policy kept and lost" })
        #expect(
            kept.rows.suffix(3).map { $0[2] } == [
                "squeezed", "grouped, trained", "averaged, untrained",
            ])
        #expect(
            try #require(tables.first { $0.caption == "The models that ran" }).rows.map { $0[1] } == [
                "plain", "retrofitted with DMC", "trained with 1 of 2 KV heads", "gqa:1 averaged, untrained",
            ])
        let bought = try #require(tables.first { $0.caption.hasPrefix("llama-2-13b on 1") })
        #expect(
            bought.rows.suffix(2).map { $0[1] + ", " + $0[2] } == [
                "gqa:20, grouped, trained", "gqa:20, averaged, untrained",
            ])
        let lines = try ComparisonReport(comparison()).text().split(separator: "\n")
        #expect(lines.count { $0.contains("grouped, trained") } == 3, "two tables, and whose weights those are")
        #expect(lines.count { $0.contains("averaged, untrained") && !$0.hasPrefix("model") } >= 2)
    }

    @Test("the answers say where budgets are not kept alike, and what attending in full hides")
    func cautions() throws {
        let uneven = try ComparisonReport(
            PolicyComparison([
                comparedRun(),
                comparedRun(
                    "tova:slots=0.5", drops: [[2, 2], [1, 1]], losses: [[1, 2, 6], [1, 2]], budget: "50%"),
                comparedRun(
                    "window:sinks=1,window=0.4", drops: [[2, 3], [1, 1]], losses: [[1, 2, 4], [1, 1]], budget: "50%"),
            ])
        ).answers().joined(separator: "\n")
        #expect(
            uneven.contains(
                "At 50% the policies do not keep the same: window:sinks=1,window=0.4 50.0 %, tova:slots=0.5 57.1 %. "
                    + "Sizes are whole slots"))
        let answers = try ComparisonReport(comparison()).answers().joined(separator: "\n")
        #expect(!answers.contains("At 25% the policies") && !answers.contains("prefill"))
        #expect(answers.contains("sample (plain) under tova:slots=0.5 keeps 64.3 % and loses"))
        let runs = [
            try comparedRun(), try comparedRun("tova:slots=2,prefill=only", drops: [[1, 1], [0, 0]], budget: "2"),
            try comparedRun("tova:slots=2", drops: [[2, 2], [1, 1]], budget: "2"),
        ]
        let modes = try ComparisonReport(PolicyComparison(runs)).answers().joined(separator: "\n")
        #expect(
            modes.contains(
                "Untested: tova:slots=2,prefill=only. Under prefill=full and prefill=only a prompt is read and scored with"
            ))
        #expect(modes.contains("At 2 tokens, tova:slots=2 loses 0.0000 nats a token") && !modes.contains("loses least"))
    }

    @Test("a row that was not tested has no loss, no point in a figure, and says so in text, CSV and JSON")
    func untested() throws {
        let plan = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024)
        let runs = [
            try comparedRun(), try comparedRun("tova:slots=2,prefill=full", drops: [[2, 2], [1, 1]], budget: "2"),
            try comparedRun("window:sinks=1,window=1", drops: [[2, 2], [1, 1]], budget: "2"),
        ]
        let report = ComparisonReport(try PolicyComparison(runs, plan: plan))
        let line = try #require(report.text().split(separator: "\n").first { $0.contains("prefill=full") })
        #expect(line.contains(#/untested +— +—$/#))
        let figures = try report.page().figures
        for name in ["loss-over-memory", "throughput-over-loss", "loss-over-position"] {
            let figure = try #require(figures.first { $0.name == name })
            guard case .lines(let chart) = figure.chart else { throw CapacityError.request("no lines") }
            #expect(!chart.series.contains { $0.name.contains("tova") && !$0.points.isEmpty }, "\(name)")
        }
        let rows = report.csv().split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let column = try #require(rows[0].firstIndex(of: "untested"))
        // The policy's word has a comma in it, and stands in quotes.
        #expect(rows[2][column + 1] == "true" && rows[1][column] == "false")
        let fields = try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any]
        let row = try #require((fields?["rows"] as? [[String: Any]])?[1])
        #expect(row["untested"] as? Bool == true && row["difference"] == nil)
    }

    @Test("one prompt gives no interval, and the answer says why")
    func onePrompt() throws {
        let runs = try [comparedRun(), comparedRun("tova:slots=2", losses: [[1, 2, 4], [1, 1]], budget: "2")].map {
            ComparedRun(name: $0.name, header: $0.header, prompts: [$0.prompts[0]], budget: $0.budget)
        }
        let text = try ComparisonReport(PolicyComparison(runs)).text()
        #expect(text.contains("compare: 1 prompt, 4 tokens"))
        #expect(text.contains(#/\+0\.3333 +— /#))
        #expect(text.contains("A single prompt gives no interval: differences may be chance."))
    }

    @Test("what loses least is named, and how far the others are behind it, prompt by prompt")
    func least() throws {
        let runs = [
            try comparedRun(), try comparedRun("tova:slots=2", losses: [[1, 2, 4], [1, 2]], budget: "2"),
            try comparedRun("window:sinks=1,window=1", losses: [[1, 2, 6], [1, 1]], budget: "2"),
            try comparedRun("streaming:sinks=1,window=1", losses: [[4, 5, 6], [4, 4]], budget: "2"),
        ]
        let answers = try ComparisonReport(PolicyComparison(runs)).answers()
        #expect(
            answers[0] == "At 2 tokens, tova:slots=2 loses least: +0.4000 nats a token (+0.3333 to +0.5000). "
                + "2 prompts are too few to say whether more is lost by streaming:sinks=1,window=1 (+2.6000 above it, "
                + "+2.5000 to +2.6667). "
                + "These prompts do not tell it from window:sinks=1,window=1 (+0.2000 above it, -0.5000 to +0.6667).")
    }

    @Test("what loses just the same is named together")
    func equals() throws {
        let words = ["tova:slots=4", "window:sinks=1,window=3", "streaming:sinks=1,window=3"]
        let runs = try words.map { try comparedRun($0, budget: "4") }
        #expect(
            try ComparisonReport(PolicyComparison([comparedRun()] + runs)).answers()[0]
                == "At 4 tokens, \(words.joined(separator: ", ")) lose the same: 0.0000 nats a token (0.0000 to 0.0000), "
                + "no loss that these prompts show.")
        let worse = try comparedRun("h2o:heavy=2,recent=2", losses: [[1, 2, 4], [1, 1]], budget: "4")
        #expect(
            try ComparisonReport(PolicyComparison([comparedRun()] + runs + [worse])).answers()[0].hasPrefix(
                "At 4 tokens, \(words.joined(separator: ", ")) lose least: 0.0000 nats a token (0.0000 to 0.0000), "
                    + "no loss that these prompts show. "))
    }

    @Test("what projections rest on stands below them, a batch beyond what was measured once for all rows")
    func projectionNotes() throws {
        let runs = try ["full", "tova:slots=0.1", "tova:slots=0.05"].map { try comparedRun($0) }
        let plan = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 2048)
        let text = try ComparisonReport(PolicyComparison(runs, plan: plan)).text()
        let notes = text.split(separator: "\n").filter { $0.hasPrefix("note: ") }
        #expect(notes.count { $0.contains("note: a batch of ") } == 1)
        #expect(notes.contains { $0.contains(#/a batch of \d+ to \d+ is outside the measured 1 to 64; times there/#) })
        #expect(notes.contains { $0.contains("full: 5120 tokens are more than the 4096 that the model knows") })
        #expect(notes.contains { $0.contains("attention over a compressed cache") })
    }

    @Test("budgets are said in bytes, too")
    func inBytes() throws {
        let answers = try ComparisonReport(comparison()).answers()
        #expect(
            answers.contains(
                "In bytes, of what the plain cache takes with whole pages of 16 slots, block tables and what a policy keeps "
                    + "beside: at 50% 50.0 % to 100.0 %, at 25% 100.0 %."))
    }

    @Test("modes of one policy have its colour, and strokes of their own")
    func strokes() throws {
        func run(_ mode: String) throws -> ComparedRun {
            let run = try comparedRun(
                "tova:slots=2" + mode, drops: [[2, 2], [1, 1]], losses: [[1, 2, 6], [1, 2]], budget: "2")
            var prompts = run.prompts
            for index in prompts.indices { prompts[index].promptTokens = 1 }
            return ComparedRun(name: run.name, header: run.header, prompts: prompts, budget: "2")
        }
        var plain = try comparedRun()
        var prompts = plain.prompts
        for index in prompts.indices { prompts[index].promptTokens = 1 }
        plain = ComparedRun(name: "full", header: plain.header, prompts: prompts)
        let runs = [plain] + (try ["", ",prefill=full", ",prefill=only"].map(run))
        let figure = try #require(
            ComparisonReport(PolicyComparison(runs)).page().figures.first { $0.name == "loss-over-memory" })
        guard case .lines(let chart) = figure.chart else { throw CapacityError.request("no lines") }
        #expect(chart.series.map(\.stroke) == [.own, .fine, .long])
        #expect(chart.series.allSatisfy { $0.color == .purple })
    }

    @Test("what is below zero is no loss, and what is planned at another share says so")
    func words() throws {
        let plan = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024)
        let runs = [
            try comparedRun(),
            try comparedRun("tova:slots=2", drops: [[2, 2], [1, 1]], losses: [[1, 2, 2], [1, 1]], budget: "2"),
        ]
        let report = ComparisonReport(try PolicyComparison(runs, plan: plan))
        let answers = report.answers()
        #expect(
            answers[0] == "At 2 tokens, tova:slots=2 scores better by 0.2000 nats a token (loss -0.3333 to 0.0000), "
                + "no loss that these prompts show.")
        #expect(answers.contains { $0.contains("projected at another: tova:slots=2 (57.1 %, 0.0 %). What these lose") })
        #expect(report.text().contains("none: sample kept 57.1 %"))
        let gain = try #require(report.page().figures.first { $0.name == "throughput-over-loss" })
        guard case .lines(let chart) = gain.chart else { throw CapacityError.request("no lines") }
        #expect(!chart.series.contains { $0.name == "tova" })
    }

    @Test("CSV and JSON have a row a run, with exact numbers")
    func data() throws {
        let report = ComparisonReport(try comparison())
        let lines = report.csv().split(separator: "\n")
        #expect(lines.count == 8 && lines[0].hasPrefix("budget,policy,model,model_note,kept,"))
        #expect(lines[2].hasPrefix("50%,tova:slots=0.5,sample,plain,0.64285714285714"))
        let fields = try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any]
        let rows = try #require(fields?["rows"] as? [[String: Any]])
        #expect(rows.count == 7 && rows[1]["mean_nll"] as? Double == 2.4)
        #expect(fields?["command_line"] == nil && rows[5]["bytes_share"] as? Double == 0.5)
        #expect(rows.compactMap { ($0["difference"] as? [String: Double])?["low"] }.count == 6)
        let files = try page().dataFiles
        #expect(files["comparison.csv"] == report.csv())
        let written =
            try JSONSerialization.jsonObject(with: Data((files["comparison.json"] ?? "").utf8)) as? [String: Any]
        #expect(written?["command_line"] as? String == "headroom compare")
        #expect((written?["rows"] as? [[String: Any]])?.count == 7)
    }
}
