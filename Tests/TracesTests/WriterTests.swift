import Descriptions
import Files
import Foundation
import TestSupport
import Testing
import Traces

@Suite("A writer refuses what it cannot keep")
struct WriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("An existing file is refused, unless it may be replaced")
    func existing() throws {
        let path = try folder.write("a.hrt", [1, 2, 3])
        #expect(throws: FileError.exists(path: path)) {
            try TraceWriter.create(path: path, header: SampleTrace.header())
        }
        #expect(try folder.bytes("a.hrt") == [1, 2, 3])
        let writer = try TraceWriter.create(path: path, header: SampleTrace.header(), force: true)
        try writer.finish()
        #expect(try TraceReader(path: path).prompts().isEmpty)
        #expect(try folder.contents() == ["a.hrt"])
    }

    @Test("A place that cannot be written to is one clear line, and nothing is left there", arguments: [true, false])
    func unwritable(force: Bool) throws {
        try folder.write("file", [1])
        for path in [folder.file("missing/a.hrt"), folder.file("file/a.hrt"), "/proc/a.hrt"] {
            let error = #expect(throws: FileError.self) {
                try TraceWriter.create(path: path, header: SampleTrace.header(), force: force)
            }
            #expect(error?.description.hasPrefix("\(path): cannot be written: ") == true)
            #expect(throws: FileError.self) { try TraceWriter.resume(path: path, header: SampleTrace.header()) }
        }
        #expect(throws: FileError.self) {
            try TraceWriter.create(path: folder.path, header: SampleTrace.header(), force: force)
        }
        #expect(try folder.contents() == ["file"])
    }

    @Test("A disk that fills up ends in an error that names the file, and the recording goes on later")
    func diskFull() throws {
        // Files of this process may grow to 96 MiB for a moment: only what this test writes is larger.
        let path = folder.file("a.hrt")
        let writer = try TraceWriter.create(path: path, header: SampleTrace.header())
        try writer.append(SampleTrace.prompt("a", tokens: 5))
        let before = try folder.bytes("a.hrt")
        let large = PromptTrace(
            id: "large", promptTokens: 1, decisions: DecisionBits(layers: 2, kvHeads: 2, tokens: 1 << 25),
            negativeLogLikelihoods: Array(repeating: 1, count: 1 << 25 - 1),
            tokenDigest: Array(repeating: 0, count: 32))
        var limits = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
        let handler = signal(SIGXFSZ, SIG_IGN)
        var lower = rlimit(rlim_cur: 96 << 20, rlim_max: limits.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &lower)
        let error = #expect(throws: FileError.self) { try writer.append(large) }
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
        signal(SIGXFSZ, handler)
        #expect(error?.description == "\(path): cannot be written: File too large")
        #expect(try folder.bytes("a.hrt") == before)
        try writer.append(SampleTrace.prompt("b", tokens: 5))
        try writer.finish()
        #expect(try TraceReader(path: path).prompts().map(\.id) == ["a", "b"])
    }

    @Test("A prompt that does not fit the recording is refused with the reason, and the file stays as it is")
    func unfitPrompts() throws {
        let good = SampleTrace.prompt("good", tokens: 70)
        let wrong: [(String, (inout PromptTrace) -> Void)] = [
            ("id of 1 to 65536 bytes", { $0.id = "" }),
            ("id of 1 to 65536 bytes", { $0.id = String(repeating: "x", count: 65_537) }),
            ("found 1 × 2", { $0.decisions = DecisionBits(layers: 1, kvHeads: 2, tokens: 70) }),
            ("found 2 × 4", { $0.decisions = DecisionBits(layers: 2, kvHeads: 4, tokens: 70) }),
            ("expected 69 likelihoods, found 68", { $0.negativeLogLikelihoods.removeLast() }),
            ("prompt tokens, found 0", { $0.promptTokens = 0 }),
            ("1 to 70 prompt tokens, found 71", { $0.promptTokens = 71 }),
            ("found inf for token 4", { $0.negativeLogLikelihoods[3] = .infinity }),
            ("KV head 1: expected an append", { $0.decisions[0, 1, 0] = true }),
            ("digest of 32 bytes, found 31", { $0.tokenDigest.removeLast() }),
            ("expected no token ids", { $0.tokenIDs = [1] }),
            ("expected no evictions", { $0.evictions = EvictionLog(layers: 2, kvHeads: 2) }),
        ]
        let writer = try TraceWriter.create(path: folder.file("a.hrt"), header: SampleTrace.header())
        try writer.append(good)
        let bytes = try folder.bytes("a.hrt")
        for (reason, change) in wrong {
            var prompt = SampleTrace.prompt("bad", tokens: 70)
            change(&prompt)
            let error = #expect(throws: TraceError.self) { try writer.append(prompt) }
            #expect(error?.description.contains(reason) == true, "\(reason)")
        }
        #expect(throws: TraceError.self) { try writer.append(good) }
        #expect(try folder.bytes("a.hrt") == bytes)
    }

    @Test("Kept token ids must be the digest's, in number and range")
    func unfitTokens() throws {
        let header = SampleTrace.header(keepsTokens: true)
        let writer = try TraceWriter.create(path: folder.file("a.hrt"), header: header)
        let wrong: [(String, (inout PromptTrace) -> Void)] = [
            ("found none", { $0.tokenIDs = nil }),
            ("found 8", { $0.tokenIDs?.removeLast() }),
            ("found 512", { $0.tokenIDs?[0] = 512 }),
            ("found -1", { $0.tokenIDs?[0] = -1 }),
            ("digest", { $0.tokenIDs?[0] ^= 1 }),
        ]
        for (reason, change) in wrong {
            var prompt = SampleTrace.prompt("p", tokens: 9, header: header)
            change(&prompt)
            let error = #expect(throws: TraceError.self) { try writer.append(prompt) }
            #expect(error?.description.contains(reason) == true)
        }
        try writer.append(SampleTrace.prompt("p", tokens: 9, header: header))
    }

    @Test("A header that no reader would take is not written")
    func unfitHeader() throws {
        var header = SampleTrace.header()
        header.configuration.layers = 0
        #expect(throws: FileError.self) { try TraceWriter.create(path: folder.file("a.hrt"), header: header) }
        header = SampleTrace.header()
        header.configuration.kvHeads = 3
        #expect(throws: FileError.self) { try TraceWriter.create(path: folder.file("a.hrt"), header: header) }
        header = SampleTrace.header()
        header.model = String(repeating: "x", count: 70_000)
        #expect(throws: FileError.self) { try TraceWriter.create(path: folder.file("a.hrt"), header: header) }
        #expect(try folder.contents().isEmpty)
    }

    @Test("The digest of a prompt list tells order, ids and tokens apart")
    func promptListDigest() {
        let digests: [[UInt8]] = [[1], [2], [1, 2]].map { PromptTrace.digest(of: $0) }
        let lists: [[(id: String, tokenDigest: [UInt8])]] = [
            [], [("a", digests[2])], [("a", digests[0]), ("b", digests[1])], [("b", digests[1]), ("a", digests[0])],
            [("a", digests[1])], [("b", digests[2])],
        ]
        #expect(Set(lists.map { TraceHeader.promptListDigest(of: $0) }).count == lists.count)
        let bytes: [UInt8] = [1, 0, 0, 0, 0x61] + PlainSHA256.digest([1, 0, 0, 0, 2, 0, 0, 0])
        #expect(TraceHeader.promptListDigest(of: lists[1]) == PlainSHA256.digest(bytes).hexadecimal)
    }
}
