import Descriptions
import Files
import Foundation
import TestSupport
import Testing
import Traces

@Suite("Traces of policies that evict")
struct EvictionTraceTests {
    static let policies = [
        "h2o:heavy=6,recent=4", "tova:slots=5", "tova:slots=1", "window:sinks=2,window=8",
        "window:sinks=4,window=6,prefill=full",
        "h2o:heavy=3,recent=4,prefill=full", "h2o:heavy=3,recent=4,prefill=only", "streaming:sinks=2,window=100",
    ]

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    private func header(_ policy: String, keepsTokens: Bool = false) throws -> TraceHeader {
        SampleEvictions.header(try CachePolicy(policy), layers: 3, kvHeads: 2, keepsTokens: keepsTokens)
    }

    @Test("What was dropped when reads back as it was written", arguments: policies)
    func roundTrip(policy: String) throws {
        for keepsTokens in [false, true] {
            let header = try header(policy, keepsTokens: keepsTokens)
            let prompts = SampleEvictions.prompts(header: header)
            try SampleTrace.write(prompts, header: header, to: folder.file("a.hrt"))
            let reader = try TraceReader(path: folder.file("a.hrt"))
            #expect(reader.header == header)
            #expect(try reader.prompts() == prompts)
        }
    }

    @Test("A second reader, written from the page alone, reads the same drops", arguments: policies)
    func secondReader(policy: String) throws {
        let header = try header(policy, keepsTokens: true)
        let prompts = SampleEvictions.prompts(header: header)
        try SampleTrace.write(prompts, header: header, to: folder.file("a.hrt"))
        let plain = try PlainTrace(folder.bytes("a.hrt"))
        #expect(plain.prompts == prompts.map(PlainTrace.Prompt.init))
        #expect(plain.field("policy") == policy)
    }

    @Test("The page's example is written as the page has it")
    func example() throws {
        let header = SampleEvictions.header(try CachePolicy("window:sinks=4,window=10"), layers: 1, kvHeads: 2)
        try SampleTrace.write(
            [SampleEvictions.prompt("a", tokens: 20, header: header)], header: header, to: folder.file("a.hrt"))
        let section: [UInt8] = [4, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0x0E, 5, 0, 8, 0, 4]
        #expect(try folder.bytes("a.hrt").firstRange(of: section) != nil)
    }

    @Test("Every flipped bit is an error of one line that names the file")
    func flippedBits() throws {
        let header = try header("h2o:heavy=6,recent=4")
        let prompt = SampleEvictions.prompt("a", tokens: 19, header: header)
        try SampleTrace.write([prompt], header: header, to: folder.file("a.hrt"))
        let bytes = try folder.bytes("a.hrt")
        for (offset, byte) in bytes.enumerated() {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[offset] = byte ^ 1 << UInt8(bit)
                let path = try folder.write("b.hrt", flipped)
                let error = #expect(throws: (any Error).self, "byte \(offset), bit \(bit)") {
                    try TraceReader(path: path, allowUnfinished: true).prompts()
                }
                #expect(error.map { "\($0)".hasPrefix("\(path): byte ") } == true)
            }
        }
    }

    @Test("Cut off at any byte and gone on with, it ends in the same bytes as one that ran through")
    func resume() throws {
        let header = try header("tova:slots=5")
        let prompts = SampleEvictions.prompts(header: header)
        try SampleTrace.write(prompts, header: header, to: folder.file("a.hrt"))
        let whole = try folder.bytes("a.hrt")
        for length in 0...whole.count {
            let path = try folder.write("b.hrt", Array(whole[..<length]))
            let writer = try TraceWriter.resume(path: path, header: header)
            for prompt in prompts[writer.promptCount...] { try writer.append(prompt) }
            try writer.finish()
            #expect(try folder.bytes("b.hrt") == whole, "cut at \(length)")
        }
    }

    @Test("Heads that drop alike are stored once, and a window's drops take a few bytes however many they are")
    func compactness() throws {
        let tova = SampleEvictions.header(try CachePolicy("tova:slots=8"), layers: 1, kvHeads: 8)
        #expect(try evictionBytes(tova, tokens: 500) == evictionBytes(tova, kvHeads: 1, tokens: 500))
        let h2o = SampleEvictions.header(try CachePolicy("h2o:heavy=4,recent=4"), layers: 1, kvHeads: 8)
        let many = try evictionBytes(h2o, tokens: 500)
        #expect(many > 4 * (try evictionBytes(h2o, kvHeads: 1, tokens: 500)))
        #expect(many < 2 * 8 * 500)
        let window = SampleEvictions.header(try CachePolicy("window:sinks=2,window=8"), layers: 1, kvHeads: 8)
        #expect(try evictionBytes(window, tokens: 500) < 12)
    }

    private func evictionBytes(_ header: TraceHeader, kvHeads: Int? = nil, tokens: Int) throws -> Int {
        var header = header
        if let kvHeads { header.configuration.kvHeads = kvHeads }
        let prompt = SampleEvictions.prompt("a", tokens: tokens, header: header)
        try SampleTrace.write([prompt], header: header, to: folder.file("size.hrt"))
        let size = try TraceReader(path: folder.file("size.hrt")).size()
        #expect(size.drops == prompt.evictions?.count)
        #expect(
            size.fileBytes
                == size.decisionBytes + size.likelihoodBytes + size.tokenBytes + size.evictionBytes + size.framingBytes)
        return size.evictionBytes
    }

    @Test("Figures count what was dropped, and what a budget adds while tokens are generated is nothing")
    func figures() throws {
        let header = try header("tova:slots=5")
        try SampleTrace.write(SampleEvictions.prompts(header: header), header: header, to: folder.file("a.hrt"))
        let summary = try TraceSummary(TraceReader(path: folder.file("a.hrt")))
        #expect(summary.prompts.map(\.slots) == [5, 1, 5].map { Array(repeating: [$0, $0], count: 3) })
        #expect(summary.compressionRatio == Double(70 + 1 + 19) / 11)
        #expect(summary.prompts[2].promptSlots[0] == [5, 5] && summary.prompts[2].generatedCompressionRatio == nil)
        #expect(summary.generatedCompressionRatio == nil)
    }

    @Test("Drops that no policy makes are refused with the place, and the file stays as it is")
    func unfit() throws {
        let header = try header("h2o:heavy=6,recent=4")
        let writer = try TraceWriter.create(path: folder.file("a.hrt"), header: header)
        let bytes = try folder.bytes("a.hrt")
        let wrong: [(String, (inout PromptTrace) -> Void)] = [
            ("expected what policy h2o:heavy=6,recent=4 dropped, found nothing", { $0.evictions = nil }),
            ("found 3 × 1", { $0.evictions = EvictionLog(layers: 3, kvHeads: 1) }),
            ("expected no merges", { $0.decisions[0, 0, 5] = true }),
            (
                "layer 1, KV head 1: expected drop 0 after token 10, where h2o:heavy=6,recent=4 exceeds its budget of 10, "
                    + "found it after token 19", { $0.drop(after: 19, 3) }
            ),
            ("expected drop 0 after token 10", { $0.drop(after: 9, 3) }),
            ("expected drop 1 after token 11", { $0.drop(after: 10, 2, then: 10, 3) }),
            ("held after token 10, found 11", { $0.drop(after: 10, 11) }),
            ("held after token 10, found -1", { $0.drop(after: 10, -1) }),
            ("held after token 11, found 3", { $0.drop(after: 10, 3, then: 11, 3) }),
            ("expected the newest 4 spared after token 10 under h2o:heavy=6,recent=4", { $0.drop(after: 10, 7) }),
            ("expected 9 drops under h2o:heavy=6,recent=4 of 19 tokens, found 1", { $0.drop(after: 10, 3) }),
            (
                "expected 9 drops under h2o:heavy=6,recent=4 of 19 tokens, found 10",
                { $0.dropLastAgain() }
            ),
        ]
        for (reason, change) in wrong {
            var prompt = SampleEvictions.prompt("a", tokens: 19, header: header)
            change(&prompt)
            let error = #expect(throws: TraceError.self) { try writer.append(prompt) }
            #expect(error?.description.contains(reason) == true, "\(reason): \(error?.description ?? "")")
        }
        #expect(try folder.bytes("a.hrt") == bytes)
    }

    @Test(
        "What contradicts the policy of its recording is refused, in a trace as in an import",
        arguments: [
            ("tova:slots=2,protect=1", [[2, 2], [3, 1]], "expected the newest 1 spared after token 2"),
            ("tova:slots=2", [[2, 1]], "expected 2 drops under tova:slots=2 of 4 tokens, found 1"),
            (
                "tova:slots=0.5", [[1, 0], [2, 1]],
                "expected drop 0 after token 2, where tova:slots=0.5 exceeds its budget of 2"
            ),
            ("tova:slots=1,prefill=only", [[2, 0], [2, 1], [3, 2]], "expected 2 drops"),
            ("tova:slots=1,prefill=full", [[1, 0], [2, 1], [3, 2]], "expected drop 0 after token 2"),
            ("window:sinks=1,window=1", [[2, 0], [3, 2]], "expected position 1 dropped after token 2"),
            (
                "streaming:sinks=1,window=1,prefill=full", [[2, 1], [3, 3]], "expected position 2 dropped after token 3"
            ),
        ])
    func contradictions(policy: String, drops: [[Int]], reason: String) throws {
        var header = SampleEvictions.header(try CachePolicy(policy), layers: 1, kvHeads: 2)
        header.maxNewTokens = 0
        var prompt = SampleEvictions.prompt("a", tokens: 4, promptTokens: 3, header: header)
        #expect(throws: Never.self) { try SampleTrace.write([prompt], header: header, to: folder.file("a.hrt")) }
        for head in 0..<2 {
            prompt.evictions?[0, head] = drops.map { EvictionLog.Drop(token: $0[0], position: $0[1]) }
        }
        let error = #expect(throws: TraceError.self) {
            try SampleTrace.write([prompt], header: header, to: folder.file("b.hrt"))
        }
        #expect(error?.description.contains("layer 0, KV head 0: \(reason)") == true, "\(error?.description ?? "")")
    }

    @Test("Heads of a layer drop alike where the policy has them do so, and in H2O as each will")
    func layers() throws {
        for (policy, isRefused) in [("tova:slots=2", true), ("h2o:heavy=2,recent=0", false)] {
            let header = SampleEvictions.header(try CachePolicy(policy), layers: 1, kvHeads: 2)
            var prompt = SampleEvictions.prompt("a", tokens: 3, header: header)
            for head in 0..<2 { prompt.evictions?[0, head] = [EvictionLog.Drop(token: 2, position: head)] }
            let write = { try SampleTrace.write([prompt], header: header, to: folder.file("a.hrt")) }
            guard isRefused else {
                #expect(throws: Never.self) { try write() }
                continue
            }
            let error = #expect(throws: TraceError.self) { try write() }
            let reason = "KV head 1: expected the drops of KV head 0 under tova:slots=2"
            #expect(error?.description.contains(reason) == true)
        }
    }

    @Test(
        "There is no recording of evictions on a DMC model, or of merges on a plain one",
        arguments: ["dmc", "tova:slots=2"])
    func models(policy: String) throws {
        var header = SampleTrace.header()
        header.policy = try CachePolicy(policy)
        if policy == "dmc" { header.configuration.dmc = nil }
        let error = #expect(throws: FileError.self) {
            try SampleTrace.write([], header: header, to: folder.file("a.hrt"))
        }
        #expect(error?.description.contains("header field `policy`: a ") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.file("a.hrt")))
    }

    @Test("Positions kept after any token are those a second reader finds", arguments: policies)
    func kept(policy: String) throws {
        let header = try header(policy)
        try SampleTrace.write(SampleEvictions.prompts(header: header), header: header, to: folder.file("a.hrt"))
        try expectKept(folder.file("a.hrt"), plain: PlainTrace(folder.bytes("a.hrt")))
    }

    @Test("Of a DMC head they are where its segments begin")
    func keptSegments() throws {
        try SampleTrace.write(SampleTrace.prompts(), to: folder.file("a.hrt"))
        try expectKept(folder.file("a.hrt"), plain: PlainTrace(folder.bytes("a.hrt")))
    }

    private func expectKept(_ path: String, plain: PlainTrace) throws {
        for (prompt, expected) in zip(try TraceReader(path: path).prompts(), plain.prompts) {
            for (layer, heads) in expected.merged.enumerated() {
                for (head, merged) in heads.enumerated() {
                    var held: [Int] = []
                    for token in 0..<expected.tokens {
                        if !merged[token] { held.append(token) }
                        for drop in expected.drops?[layer][head] ?? [] where drop[0] == token {
                            held.removeAll { $0 == drop[1] }
                        }
                        #expect(prompt.kept(layer: layer, kvHead: head, after: token + 1) == held)
                    }
                }
            }
        }
    }

    @Test("What was done to the weights stands in the header, and makes it another recording")
    func conversion() throws {
        var header = try header("tova:slots=5")
        header.configuration.conversion = "gqa:2 averaged, untrained"
        try SampleTrace.write([], header: header, to: folder.file("a.hrt"), finished: false)
        #expect(try TraceReader(path: folder.file("a.hrt"), allowUnfinished: true).header == header)
        header.configuration.conversion = nil
        let error = #expect(throws: TraceError.self) {
            try TraceWriter.resume(path: folder.file("a.hrt"), header: header)
        }
        #expect(error?.description.contains("`conversion`: expected -, found gqa:2 averaged, untrained") == true)
    }
}

extension PromptTrace {
    /// Adds the last drop of the second layer's second head once more.
    fileprivate mutating func dropLastAgain() {
        let drops = evictions?[1, 1] ?? []
        evictions?[1, 1] = drops + drops.suffix(1)
    }

    /// Puts drops in place of those of the second layer's second head.
    fileprivate mutating func drop(after token: Int, _ position: Int, then second: (Int, Int)? = nil) {
        var drops = [EvictionLog.Drop(token: token, position: position)]
        if let second { drops.append(EvictionLog.Drop(token: second.0, position: second.1)) }
        evictions?[1, 1] = drops
    }

    fileprivate mutating func drop(after token: Int, _ position: Int, then second: Int, _ other: Int) {
        drop(after: token, position, then: (second, other))
    }
}
