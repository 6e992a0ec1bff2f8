import Descriptions
import Files
import TestSupport
import Testing
import Traces

@Suite("A recording goes on after whatever stopped it")
struct ResumeTests {
    let folder: TemporaryFolder
    let prompts = SampleTrace.prompts()
    let header = SampleTrace.header()

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// Goes on with `path` until it is finished.
    private func complete(_ path: String) throws {
        let writer = try TraceWriter.resume(path: path, header: header)
        #expect(writer.promptIDs == prompts.prefix(writer.promptCount).map(\.id))
        for prompt in prompts[writer.promptCount...] { try writer.append(prompt) }
        try writer.finish()
    }

    @Test("Cut off at any byte, it ends in the same bytes as one that ran through")
    func everyCut() throws {
        try SampleTrace.write(prompts, to: folder.file("a.hrt"))
        let whole = try folder.bytes("a.hrt")
        for length in 0...whole.count {
            let path = try folder.write("b.hrt", Array(whole[..<length]))
            try complete(path)
            #expect(try folder.bytes("b.hrt") == whole, "cut at \(length)")
        }
    }

    @Test("Killed between a payload and its header, it ends in the same bytes")
    func missingHeader() throws {
        try SampleTrace.write(Array(prompts[..<2]), to: folder.file("b.hrt"), finished: false)
        let start = try folder.bytes("b.hrt")
        try SampleTrace.write(prompts, to: folder.file("a.hrt"))
        let whole = try folder.bytes("a.hrt")
        for left in [0, 1, 100, whole.count] {
            let payload = (0..<left).map { UInt8(truncatingIfNeeded: $0) }
            try complete(folder.write("b.hrt", start + Array(repeating: 0, count: 32) + payload))
            #expect(try folder.bytes("b.hrt") == whole, "\(left) bytes of a payload left")
        }
    }

    @Test("Where there is no file, it begins")
    func begins() throws {
        try complete(folder.file("a.hrt"))
        #expect(try TraceReader(path: folder.file("a.hrt")).prompts() == prompts)
    }

    @Test("A finished recording says so, takes nothing more, and stays as it is")
    func finished() throws {
        let path = folder.file("a.hrt")
        try SampleTrace.write(prompts, to: path)
        let bytes = try folder.bytes("a.hrt")
        let writer = try TraceWriter.resume(path: path, header: header)
        #expect(writer.isFinished && writer.promptCount == 3)
        #expect(throws: TraceError.finished(path: path)) { try writer.append(SampleTrace.prompt("new", tokens: 2)) }
        try writer.finish()
        #expect(try folder.bytes("a.hrt") == bytes)
    }

    @Test("Another set of kernels is refused with what makes it the same")
    func otherKernels() throws {
        let path = folder.file("a.hrt")
        try SampleTrace.write(prompts, to: path, finished: false)
        var other = header
        other.kernelSet = "avx2"
        let error = #expect(throws: TraceError.self) { try TraceWriter.resume(path: path, header: other) }
        let hint = "expected avx2, found plain; HEADROOM_KERNELS=plain computes as this file was"
        #expect(error?.description == "\(path): another recording: `kernels`: \(hint)")
    }

    @Test("A recording of anything else is refused by the name of what differs, and stays as it is")
    func differences() throws {
        let changes: [(String, (inout TraceHeader) -> Void)] = [
            ("model", { $0.model = "other" }),
            ("checkpoint", { $0.checkpointFingerprint = "0" }),
            ("tokenizer", { $0.tokenizerFingerprint = "" }),
            ("policy", { $0.policy = .full }),
            ("kernels", { $0.kernelSet = "avx2" }),
            ("seed", { $0.seed = 1 }),
            ("max_new_tokens", { $0.maxNewTokens = 7 }),
            ("sampling", { $0.sampling = "temperature=1.0" }),
            ("prompt_list", { $0.promptListDigest = "2" }),
            ("shard", { $0.shard = TraceShard(index: 1, of: 2) }),
            ("keeps_tokens", { $0.keepsTokens = true }),
            ("hidden_size", { $0.configuration.hiddenSize = 1 }),
            ("intermediate_size", { $0.configuration.intermediateSize = 1 }),
            ("layers", { $0.configuration.layers = 1 }),
            ("heads", { $0.configuration.heads = 8 }),
            ("kv_heads", { $0.configuration.kvHeads = 4 }),
            ("head_dim", { $0.configuration.headDim = 8 }),
            ("vocabulary_size", { $0.configuration.vocabularySize = 513 }),
            ("norm_epsilon", { $0.configuration.normEpsilon = 1e-6 }),
            ("rope_theta", { $0.configuration.ropeTheta = 1e6 }),
            ("max_positions", { $0.configuration.maxPositions = 2048 }),
            ("conversion", { $0.configuration.conversion = "gqa:1 averaged, untrained" }),
            ("ties_embeddings", { $0.configuration.tiesEmbeddings = true }),
            ("dmc_window", { $0.configuration.dmc?.window = 0 }),
            ("dmc_initial_value", { $0.configuration.dmc?.initialValue = 4 }),
            ("dmc_target_ratio", { $0.configuration.dmc?.targetRatio = nil }),
        ]
        let path = folder.file("a.hrt")
        try SampleTrace.write(prompts, to: path, finished: false)
        let bytes = try folder.bytes("a.hrt")
        for (field, change) in changes {
            var other = header
            change(&other)
            let error = #expect(throws: TraceError.self) { try TraceWriter.resume(path: path, header: other) }
            guard case .differs(path, field, _, _) = error else {
                Issue.record("\(field): \(error.map { "\($0)" } ?? "nothing")")
                continue
            }
            #expect(try folder.bytes("a.hrt") == bytes)
        }
        // A rule and a mode have one value each as yet, so that no other header can be made to differ in them.
        let fields = try PlainTrace(bytes).fields.map { $0[0] }
        #expect(Set(fields + ["conversion", "shard"]) == Set(changes.map(\.0) + ["decision_rule", "arithmetic"]))
    }

    @Test("Another kind of file is refused, and stays as it is")
    func otherFile() throws {
        for text in ["notes", String(repeating: "notes ", count: 1000)] {
            let path = try folder.write("notes.hrt", Array(text.utf8))
            #expect(throws: FileError.self) { try TraceWriter.resume(path: path, header: header) }
            #expect(try folder.bytes("notes.hrt") == Array(text.utf8))
        }
    }

    @Test("Two writers of one recording are one too many")
    func busy() throws {
        let path = folder.file("a.hrt")
        let writer = try TraceWriter.create(path: path, header: header)
        #expect(throws: TraceError.busy(path: path)) { try TraceWriter.resume(path: path, header: header) }
        try writer.append(prompts[0])
    }
}
