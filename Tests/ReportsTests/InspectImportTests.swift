import Descriptions
import Files
import Reports
import TestSupport
import Testing
import Traces

@Suite("Import undoes inspect")
struct InspectImportTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    private func json(_ path: String) throws -> String {
        var text = ""
        try InspectReport(path: path, showsDecisions: true).writeJSON(command: "headroom inspect") { text += $0 }
        return text
    }

    private func lines(_ text: String, change: (inout [String]) -> Void) throws -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        change(&lines)
        return try folder.write("changed.json", Array(lines.joined(separator: "\n").utf8))
    }

    @Test(
        "What inspect prints comes back as the same bytes",
        arguments: ["dmc", "full", "h2o:heavy=6,recent=4", "tova:slots=5", "window:sinks=2,window=8"], [false, true])
    func roundTrip(policy: String, keepsTokens: Bool) throws {
        let policy = try CachePolicy(policy)
        var header = SampleTrace.header(keepsTokens: keepsTokens)
        if policy.evicts { header = SampleEvictions.header(policy, keepsTokens: keepsTokens) }
        header.policy = policy
        header.compressesDecisions = keepsTokens
        header.shard = TraceShard(index: 1, of: 2)
        header.configuration.normEpsilon = 1e-6
        header.configuration.conversion = "gqa:2 averaged, untrained"
        var prompts = policy.evicts ? SampleEvictions.prompts(header: header) : SampleTrace.prompts(header: header)
        prompts[0].negativeLogLikelihoods[0] = 0.1
        prompts[0].negativeLogLikelihoods[1] = .leastNonzeroMagnitude
        prompts[0].negativeLogLikelihoods[2] = 16_777_217.0 / 3
        try SampleTrace.write(prompts, header: header, to: folder.file("a.hrt"))
        let path = try folder.write("a.json", Array(json(folder.file("a.hrt")).utf8))
        try ImportedTrace(path: path).write(to: folder.file("b.hrt"))
        #expect(try folder.bytes("b.hrt") == folder.bytes("a.hrt"))
    }

    @Test("A shard without prompts comes back; a recording without any, and one without an end, is refused")
    func noPrompts() throws {
        var header = SampleTrace.header()
        header.shard = TraceShard(index: 4, of: 5)
        try SampleTrace.write([], header: header, to: folder.file("a.hrt"))
        let path = try folder.write("a.json", Array(json(folder.file("a.hrt")).utf8))
        #expect(try ImportedTrace(path: path).prompts.isEmpty)
        try SampleTrace.write([], to: folder.file("b.hrt"))
        let empty = try folder.write("b.json", Array(json(folder.file("b.hrt")).utf8))
        let none = #expect(throws: FileError.self) { try ImportedTrace(path: empty) }
        #expect(none?.description.contains("expected prompts behind the recording's fields, found none") == true)
        try SampleTrace.write(SampleTrace.prompts(), to: folder.file("c.hrt"), finished: false)
        let unfinished = try folder.write("c.json", Array(json(folder.file("c.hrt")).utf8))
        let error = #expect(throws: FileError.self) { try ImportedTrace(path: unfinished) }
        #expect(error?.description.contains("line 4: expected true as `finished`") == true)
    }

    @Test("A wrong line of what inspect printed is named")
    func wrongLines() throws {
        try SampleTrace.write(SampleTrace.prompts(), to: folder.file("a.hrt"))
        let text = try json(folder.file("a.hrt"))
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        let first = try #require(all.firstIndex { $0.contains("\"prompts\": [") }) + 1
        let layers = try #require(all.firstIndex { $0.contains("\"layers\":") })
        let cases: [(Int, String, (inout [String]) -> Void)] = [
            (layers + 1, "as `layers`", { $0[layers] = "  \"layers\": -2," }),
            (layers + 1, "a JSON object's fields", { $0[layers] = "  layers" }),
            (layers + 2, "each field once", { $0.insert($0[layers], at: layers) }),
            (first + 2, "text that is not JSON", { $0[first + 1] = "nonsense" }),
            (first + 5, "the end that inspect prints", { $0.insert("more", at: first + 4) }),
            (first + 3, "the end that inspect prints", { $0.removeLast(3) }),
            (first - 1, "the prompts", { $0.removeLast($0.count - first + 1) }),
        ]
        for (line, reason, change) in cases {
            let path = try lines(text, change: change)
            let error = #expect(throws: FileError.self) { try ImportedTrace(path: path) }
            let message = error?.description ?? ""
            #expect(message.contains(": line \(line): ") && message.contains(reason), "\(line) \(reason): \(message)")
        }
    }
}
