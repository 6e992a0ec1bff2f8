import Descriptions
import Files
import TestSupport
import Testing
import Traces

@Suite("What was recorded can be read again")
struct RoundTripTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A recording reads back as it was written", arguments: [false, true])
    func roundTrip(keepsTokens: Bool) throws {
        let header = SampleTrace.header(keepsTokens: keepsTokens)
        let prompts = SampleTrace.prompts(header: header)
        try SampleTrace.write(prompts, header: header, to: folder.file("a.hrt"))
        let reader = try TraceReader(path: folder.file("a.hrt"))
        #expect(reader.header == header)
        #expect(reader.isFinished && reader.promptCount == 3 && reader.tornBytes == 0)
        #expect(try reader.prompts() == prompts)
        #expect(try reader.prompt(at: 2) == prompts[2])
    }

    @Test("Every field of the header comes back, whatever it holds")
    func headerFields() throws {
        var header = SampleTrace.header()
        header.model = "名前 \"x\"\n"
        header.policy = .full
        header.tokenizerFingerprint = ""
        header.seed = .max
        header.maxNewTokens = 1 << 40
        header.sampling = "temperature=0.8,top-k=40"
        header.configuration.normEpsilon = 1e-6
        header.configuration.ropeTheta = 500_000.25
        header.configuration.tiesEmbeddings = true
        header.configuration.dmc = DMCSettings(window: 0, initialValue: -0.1)
        _ = try TraceWriter.create(path: folder.file("a.hrt"), header: header)
        #expect(try TraceReader(path: folder.file("a.hrt"), allowUnfinished: true).header == header)
        header.configuration.dmc = nil
        _ = try TraceWriter.create(path: folder.file("b.hrt"), header: header)
        #expect(try TraceReader(path: folder.file("b.hrt"), allowUnfinished: true).header == header)
    }

    @Test("A header keeps neither special tokens, nor what a model has beyond its shape: the fingerprint stands for it")
    func droppedFields() throws {
        var header = SampleTrace.header()
        header.configuration.bosToken = 1
        header.configuration.eosTokens = [2]
        header.configuration.unsupported = ["sliding windows"]
        header.configuration.ropeScaling = RopeScaling(factor: 8)
        header.configuration.attentionBias = true
        _ = try TraceWriter.create(path: folder.file("a.hrt"), header: header)
        #expect(try TraceReader(path: folder.file("a.hrt"), allowUnfinished: true).header == SampleTrace.header())
        #expect(try TraceWriter.resume(path: folder.file("a.hrt"), header: header).promptCount == 0)
    }

    @Test("The bytes depend on header and prompts alone")
    func sameBytes() throws {
        for name in ["a.hrt", "b.hrt"] { try SampleTrace.write(SampleTrace.prompts(), to: folder.file(name)) }
        #expect(try folder.bytes("a.hrt") == folder.bytes("b.hrt"))
    }

    @Test("A recording of no prompts is a recording")
    func noPrompts() throws {
        try SampleTrace.write([], to: folder.file("a.hrt"))
        #expect(try TraceReader(path: folder.file("a.hrt")).prompts().isEmpty)
    }

    @Test("A recording without its end opens only where it is welcome, with the prompts it has")
    func unfinished() throws {
        let prompts = SampleTrace.prompts()
        let path = folder.file("a.hrt")
        try SampleTrace.write(prompts, to: path, finished: false)
        let size = try folder.bytes("a.hrt").count
        #expect(throws: TraceError.unfinished(path: path, offset: size, prompts: 3)) { try TraceReader(path: path) }
        let reader = try TraceReader(path: path, allowUnfinished: true)
        #expect(!reader.isFinished && reader.digest == nil)
        #expect(try reader.prompts() == prompts)
    }

    @Test("The bytes of a file are counted by what they are for")
    func size() throws {
        let header = SampleTrace.header(keepsTokens: true)
        try SampleTrace.write(SampleTrace.prompts(header: header), header: header, to: folder.file("a.hrt"))
        let size = try TraceReader(path: folder.file("a.hrt")).size()
        #expect(size.decisions == (70 + 1 + 9) * 4)
        #expect(size.decisionBytes == (2 + 1 + 1) * 4 * 8)
        #expect(size.likelihoods == 69 + 0 + 8)
        #expect(size.likelihoodBytes == 77 * 4)
        #expect(size.tokenBytes == 80 * 4)
        #expect(size.framingBytes == (try folder.bytes("a.hrt").count) - 128 - 308 - 320)
        #expect(size.decisionBytesPerDecision == 128.0 / 320)
    }

    @Test("Reading one prompt of many touches no other, so damage elsewhere does not hide it")
    func oneOfMany() throws {
        let prompts = (0..<500).map { SampleTrace.prompt("p\($0)", tokens: 100 + $0) }
        try SampleTrace.write(prompts, to: folder.file("a.hrt"))
        var bytes = try folder.bytes("a.hrt")
        bytes[bytes.count / 2 & ~31 + 5] ^= 1
        let reader = try TraceReader(path: folder.write("b.hrt", bytes))
        #expect(try reader.prompt(at: 10) == prompts[10])
        #expect(try reader.prompt(at: 499) == prompts[499])
        #expect(throws: FileError.self) { try reader.prompts() }
    }
}
