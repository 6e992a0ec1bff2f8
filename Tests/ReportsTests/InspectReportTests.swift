import Files
import Foundation
import Reports
import TestSupport
import Testing
import Traces

@Suite("What inspect prints")
struct InspectReportTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Two prompts on one layer of two heads, small enough to reckon by hand: 12 tokens a head, slots 10 and 3.
    private func report(finished: Bool = true, decisions: Bool = false) throws -> InspectReport {
        let header = SampleTrace.header(layers: 1, kvHeads: 2)
        let prompts = [
            prompt("a", given: 4, ["0000", "0111"], [1, 2, 3]),
            prompt("b, \"c\"\u{1B}", given: 4, ["00000110", "01110111"], [1, 1, 1, 0.5, 0.5, 0.25, 0.75]),
        ]
        try SampleTrace.write(prompts, header: header, to: folder.file("a.hrt"), finished: finished)
        return try InspectReport(path: folder.file("a.hrt"), showsDecisions: decisions)
    }

    private func prompt(_ id: String, given: Int, _ heads: [String], _ likelihoods: [Float]) -> PromptTrace {
        var bits = DecisionBits(layers: 1, kvHeads: 2, tokens: heads[0].count)
        for (head, decisions) in heads.enumerated() {
            for (t, decision) in decisions.enumerated() { bits[0, head, t] = decision == "1" }
        }
        return PromptTrace(
            id: id, promptTokens: given, decisions: bits, negativeLogLikelihoods: likelihoods,
            tokenDigest: PromptTrace.digest(of: Array(0..<heads[0].count)))
    }

    private func text(_ report: InspectReport, _ terminal: InspectTerminal = InspectTerminal()) throws -> String {
        var text = ""
        try report.writeText(command: "headroom inspect a.hrt", terminal: terminal) { text += $0 }
        return text.replacingOccurrences(of: folder.path + "/", with: "")
    }

    private func json(_ report: InspectReport) throws -> String {
        var text = ""
        try report.writeJSON(command: "headroom inspect a.hrt") { text += $0 }
        return text
    }

    private func csv(_ report: InspectReport) throws -> String {
        var text = ""
        try report.writeCSV { text += $0 }
        return text
    }

    @Test("The text has model, figures, bytes, heads and prompts")
    func goldenText() throws { #expect(try text(report(decisions: true)) == Self.goldenText) }

    @Test("The JSON is exact")
    func goldenJSON() throws { #expect(try json(report(decisions: true)) == Self.goldenJSON) }

    @Test("The JSON has decisions only where they are asked for")
    func noDecisions() throws { #expect(!(try json(report())).contains("\"decisions\":[")) }

    @Test("The CSV has a row for every prompt, layer and head")
    func goldenCSV() throws {
        #expect(
            try csv(report()) == """
                prompt,layer,kv_head,prompt_tokens,tokens,merged,dropped,prompt_slots,slots,compression_ratio
                a,0,0,4,4,0,0,4,4,1
                a,0,1,4,4,3,0,1,1,4
                "b, ""c""\u{1B}",0,0,4,8,2,0,4,6,1.3333333333333333
                "b, ""c""\u{1B}",0,1,4,8,6,0,1,2,4

                """)
        #expect(try csv(report(decisions: true)).contains(",4,01110111\n"))
    }

    @Test("An unfinished recording is shown, and said to be unfinished")
    func unfinished() throws {
        #expect(try report().warning == nil)
        _ = try report(finished: false)
        let bytes = try folder.bytes("a.hrt")
        let report = try InspectReport(path: folder.write("b.hrt", bytes.dropLast(1)))
        #expect(report.warning?.contains("unfinished recording: 1 whole prompts, and ") == true)
        #expect(try text(report).contains("b.hrt: format 1, unfinished, "))
        #expect(try json(report).contains("\"finished\": false"))
    }

    @Test("A recording without prompts is shown in every form")
    func empty() throws {
        try SampleTrace.write([], to: folder.file("a.hrt"))
        let report = try InspectReport(path: folder.file("a.hrt"), showsDecisions: true)
        #expect(try text(report).contains("nothing recorded"))
        let fields = try JSONSerialization.jsonObject(with: Data(json(report).utf8)) as? [String: Any]
        #expect(fields?["compression_ratio"] is NSNull && (fields?["prompts"] as? [Any])?.isEmpty == true)
        #expect(try csv(report).split(separator: "\n").count == 1)
    }

    @Test("Colours stand on a terminal alone; names from a file cannot move its cursor")
    func colours() throws {
        #expect(!(try text(report())).contains("\u{1B}"))
        let coloured = try text(report(), InspectTerminal(hasColour: true, columns: 80))
        #expect(coloured.contains("\u{1B}[48;5;53;38;5;255m 1.20 \u{1B}[0m\u{1B}[48;5;226;38;5;16m 4.00 \u{1B}[0m"))
        #expect(coloured.contains("b, \"c\"\\u{1B}"))
    }

    @Test("Where numbers do not fit a line, shades stand for them", arguments: [true, false])
    func narrow(hasColour: Bool) throws {
        let text = try text(report(), InspectTerminal(hasColour: hasColour, columns: 20))
        #expect(!text.contains("1.20  4.00"))
        #expect(text.contains(hasColour ? "\u{1B}[48;5;226;38;5;16m  \u{1B}[0m" : "    0  1.85    ██\n"))
    }

    @Test("What is no trace, or damaged, is one clear line")
    func wrongFiles() throws {
        _ = try report()
        var bytes = try folder.bytes("a.hrt")
        bytes[bytes.count - 200] ^= 4
        let path = try folder.write("b.hrt", bytes)
        let error = #expect(throws: FileError.self) { try InspectReport(path: path) }
        #expect(error?.description.hasPrefix("\(path): byte ") == true)
        #expect(throws: FileError.self) { try InspectReport(path: folder.file("missing.hrt")) }
    }
}
