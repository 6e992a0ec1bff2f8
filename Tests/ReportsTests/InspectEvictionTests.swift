import Descriptions
import Files
import Foundation
import Reports
import TestSupport
import Testing
import Traces

@Suite("What inspect prints of policies that evict, and of tokens")
struct InspectEvictionTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// One layer of two heads that keep 2 sinks and a window of 2: of 7 tokens, tokens 2, 3 and 4 go.
    private func report(
        keepsTokens: Bool = false, kept: Int? = nil, names: TokenNames? = nil
    ) throws -> InspectReport {
        let policy = try CachePolicy("window:sinks=2,window=2")
        let header = SampleEvictions.header(policy, layers: 1, kvHeads: 2, keepsTokens: keepsTokens)
        var prompt = SampleEvictions.prompt("a", tokens: 7, header: header)
        if keepsTokens {
            prompt.tokenIDs = [1, 1, 5, 5, 5, 5, 5]
            prompt.tokenDigest = PromptTrace.digest(of: [1, 1, 5, 5, 5, 5, 5])
        }
        try SampleTrace.write([prompt], header: header, to: folder.file("a.hrt"))
        return try InspectReport(path: folder.file("a.hrt"), showsDecisions: true, keptAfter: kept, names: names)
    }

    private func text(_ report: InspectReport) throws -> String {
        var text = ""
        try report.writeText(command: "headroom inspect a.hrt") { text += $0 }
        return text
    }

    private func json(_ report: InspectReport) throws -> [String: Any] {
        var text = ""
        try report.writeJSON(command: "headroom inspect a.hrt") { text += $0 }
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func names(_ fingerprint: String) -> TokenNames {
        TokenNames(path: "tokenizer.model", fingerprint: fingerprint) { $0 == 5 ? "▁five\u{1B}" : nil }
    }

    @Test("JSON lists every drop as token, layer, head and position, in order of time")
    func events() throws {
        let fields = try json(report())
        let prompt = try #require((fields["prompts"] as? [[String: Any]])?.first)
        #expect(
            prompt["evictions"] as? [[Int]]
                == [[4, 0, 0, 2], [4, 0, 1, 2], [5, 0, 0, 3], [5, 0, 1, 3], [6, 0, 0, 4], [6, 0, 1, 4]])
        #expect(prompt["slots"] as? [[Int]] == [[4, 4]])
        #expect(fields["compression_ratio"] as? Double == 7.0 / 4)
        let positions = fields["positions"] as? [String: Any]
        #expect(positions?["drop_rates"] as? [Double] == [0, 0, 1, 1, 1, 0, 0])
        #expect((fields["size"] as? [String: Any])?["drops"] as? Int == 6)
    }

    @Test("Text and CSV have the drops of each head, and count them")
    func drops() throws {
        let report = try report()
        let text = try text(report)
        #expect(text.contains("evictions 8 for 6 drops"))
        #expect(
            text.contains("    0     1  4:2 5:3 6:4\n") && text.contains("2         ████████████████████  100.0 %\n"))
        #expect(!text.contains("tokens of a segment"))
        var csv = ""
        try report.writeCSV { csv += $0 }
        #expect(
            csv.hasSuffix(
                "compression_ratio,evictions\na,0,0,7,7,0,3,4,4,1.75,4:2 5:3 6:4\na,0,1,7,7,0,3,4,4,1.75,4:2 5:3 6:4\n")
        )
    }

    @Test("What every head holds after so many tokens is told in every form, and after all where there are fewer")
    func kept() throws {
        // After tokens 0 to 4, of which the last dropped position 2.
        let report = try report(kept: 5)
        let text = try text(report)
        #expect(text.contains("\na: positions held after 5 tokens, 7 given + 0 generated\n    0     0  0-1 3-4\n"))
        let fields = try json(report)
        #expect(fields["kept_after"] as? Int == 5)
        let prompt = try #require((fields["prompts"] as? [[String: Any]])?.first)
        #expect(prompt["kept"] as? [[[Int]]] == [[[0, 1, 3, 4], [0, 1, 3, 4]]])
        #expect(try csv(report, .prompts).last == "a,0,1,7,7,0,3,4,4,1.75,4:2 5:3 6:4,0-1 3-4")
        #expect(try csv(self.report(kept: 100), .prompts).last?.hasSuffix(",0-1 5-6") == true)
        #expect(try json(self.report())["kept_after"] == nil)
    }

    @Test("CSV has a table for heads, for segments and for positions")
    func tables() throws {
        let report = try report()
        #expect(try csv(report, .heads).last == "0,1,1.75,1.75,1.75,1.75,0,0,3,1")
        #expect(
            try csv(report, .segments) == ["layer,kv_head,from_tokens,to_tokens,segments", "0,0,1,1,7", "0,1,1,1,7"])
        let positions = try csv(report, .positions)
        #expect(positions.count == 1 + 2 * 7)
        #expect(positions[2] == "0,0,1,1,1,0,0,0,0" && positions[3] == "0,0,2,2,1,0,1,0,1")
    }

    @Test("Over DMC heads the tables tell of the same merges and slots")
    func sums() throws {
        try SampleTrace.write(SampleTrace.prompts(), to: folder.file("d.hrt"))
        let report = try InspectReport(path: folder.file("d.hrt"))
        func sums(_ table: InspectReport.Table, _ column: String) throws -> [String: Int] {
            let rows = try csv(report, table).map { $0.components(separatedBy: ",") }
            let (layer, head) = (rows[0].firstIndex(of: "layer")!, rows[0].firstIndex(of: "kv_head")!)
            let place = try #require(rows[0].firstIndex(of: column))
            return rows.dropFirst().reduce(into: [:]) { sums, row in
                sums["\(row[layer]) \(row[head])", default: 0] += Int(row[place]) ?? -1
            }
        }
        #expect(try sums(.prompts, "merged").values.reduce(0, +) > 20)
        #expect(try sums(.heads, "merged") == sums(.prompts, "merged"))
        #expect(try sums(.positions, "merged") == sums(.prompts, "merged"))
        #expect(try sums(.segments, "segments") == sums(.prompts, "slots"))
        #expect(try csv(report, .segments).count > 1 + 4)
    }

    private func csv(_ report: InspectReport, _ table: InspectReport.Table) throws -> [String] {
        var text = ""
        try report.writeCSV(table) { text += $0 }
        return text.split(separator: "\n").map(String.init)
    }

    @Test("Tokens are shown by their texts where ids are kept and the tokenizer is the recording's")
    func tokenTexts() throws {
        let names = names(String(repeating: "7", count: 64))
        let shown = try text(report(keepsTokens: true, names: names))
        #expect(shown.contains("most dropped  ▁five\\u{1B}   5       5   60.0 %\n"))
        #expect(!shown.contains("gives their texts"))
        #expect(try text(report(keepsTokens: true)).contains("most dropped  –      5       5   60.0 %\n"))
        #expect(try text(report(keepsTokens: true)).contains("--model or --tokenizer gives their texts"))
        #expect(try text(report()).contains("the trace does not keep their ids"))
        let error = #expect(throws: FileError.self) { try report(names: names) }
        let reason = ": expected token ids to show texts of (record --keep-tokens), found their digests"
        #expect(error?.description == folder.file("a.hrt") + reason)
        let vocabulary = try json(report(keepsTokens: true, names: names))["vocabulary"] as? [[String: Any]]
        #expect(vocabulary?.map { $0["token"] as? Int } == [5, 1])
        #expect(vocabulary?[0]["text"] as? String == "▁five\u{1B}" && vocabulary?[1]["rate"] as? Double == 0)
    }

    @Test("Another tokenizer than the recording's is refused by both fingerprints")
    func otherTokenizer() {
        let error = #expect(throws: FileError.self) { try report(keepsTokens: true, names: names("abc")) }
        #expect(error?.description.hasPrefix("tokenizer.model: expected the trace's tokenizer, SHA-256 777") == true)
    }
}
