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
    private func report(keepsTokens: Bool = false, names: TokenNames? = nil) throws -> InspectReport {
        let policy = try CachePolicy("window:sinks=2,window=2")
        let header = SampleEvictions.header(policy, layers: 1, kvHeads: 2, keepsTokens: keepsTokens)
        var prompt = SampleEvictions.prompt("a", tokens: 7, header: header)
        if keepsTokens {
            prompt.tokenIDs = [1, 1, 5, 5, 5, 5, 5]
            prompt.tokenDigest = PromptTrace.digest(of: [1, 1, 5, 5, 5, 5, 5])
        }
        try SampleTrace.write([prompt], header: header, to: folder.file("a.hrt"))
        return try InspectReport(path: folder.file("a.hrt"), showsDecisions: true, names: names)
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

    @Test("Tokens are shown by their texts where ids are kept and the tokenizer is the recording's")
    func tokenTexts() throws {
        let names = names(String(repeating: "7", count: 64))
        let shown = try text(report(keepsTokens: true, names: names))
        #expect(shown.contains("most dropped  ▁five\\u{1B}   5       5   60.0 %\n"))
        #expect(!shown.contains("gives their texts"))
        #expect(try text(report(keepsTokens: true)).contains("most dropped  –      5       5   60.0 %\n"))
        #expect(try text(report(keepsTokens: true)).contains("--model or --tokenizer gives their texts"))
        #expect(try text(report(names: names)).contains("the trace does not keep their ids"))
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
