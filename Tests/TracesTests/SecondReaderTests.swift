import Files
import TestSupport
import Testing
import Traces

@Suite("A second reader, written from Format.md alone, reads the same")
struct SecondReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    @Test("Header, decisions, likelihoods and tokens are what the page says", arguments: [false, true])
    func agrees(keepsTokens: Bool) throws {
        let header = SampleTrace.header(layers: 3, kvHeads: 2, keepsTokens: keepsTokens)
        let prompts = [64, 65, 1, 128, 200].map {
            SampleTrace.prompt("p\($0)", tokens: $0, promptTokens: ($0 + 1) / 2, header: header)
        }
        try SampleTrace.write(prompts, header: header, to: folder.file("a.hrt"))
        let plain = try PlainTrace(folder.bytes("a.hrt"))
        #expect(plain.isFinished && plain.tornBytes == 0)
        #expect(plain.prompts == prompts.map(PlainTrace.Prompt.init))
        #expect(plain.field("policy") == "dmc" && plain.field("kernels") == "plain")
        #expect(plain.field("layers") == "3" && plain.field("dmc_initial_value") == "5.0")
        #expect(plain.field("keeps_tokens") == "\(keepsTokens)")
        #expect(plain.fields.count == 26)
    }

    @Test("A recording cut off anywhere holds the same prompts for both")
    func unfinished() throws {
        try SampleTrace.write(SampleTrace.prompts(), to: folder.file("a.hrt"))
        let bytes = try folder.bytes("a.hrt")
        for length in 0..<bytes.count {
            let cut = Array(bytes[..<length])
            let path = try folder.write("b.hrt", cut)
            let reader = try? TraceReader(path: path, allowUnfinished: true)
            let plain = try? PlainTrace(cut)
            #expect((reader == nil) == (plain == nil))
            guard let reader, let plain else { continue }
            #expect(!reader.isFinished && !plain.isFinished && reader.tornBytes == plain.tornBytes)
            #expect(try reader.prompts().map(PlainTrace.Prompt.init) == plain.prompts)
        }
    }

    @Test("The second reader's SHA-256 is SHA-256")
    func plainDigest() {
        #expect(
            PlainSHA256.digest(Array("abc".utf8)).hexadecimal
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            PlainSHA256.digest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)).hexadecimal
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }
}

extension PlainTrace.Prompt {
    /// The same prompt in the second reader's words.
    init(_ prompt: PromptTrace) {
        self.init()
        id = prompt.id
        tokens = prompt.tokens
        promptTokens = prompt.promptTokens
        digest = prompt.tokenDigest
        merged = (0..<prompt.decisions.layers).map { layer in
            (0..<prompt.decisions.kvHeads).map { head in
                (0..<prompt.tokens).map { prompt.decisions[layer, head, $0] }
            }
        }
        likelihoods = prompt.negativeLogLikelihoods
        tokenIDs = prompt.tokenIDs
        drops = prompt.evictions.map { log in
            (0..<log.layers).map { layer in
                (0..<log.kvHeads).map { log[layer, $0].map { [$0.token, $0.position] } }
            }
        }
    }
}
