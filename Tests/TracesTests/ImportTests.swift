import Descriptions
import Files
import TestSupport
import Testing
import Traces

@Suite("Decisions recorded elsewhere")
struct ImportTests {
    static let header = #"{"model": "m", "policy": "dmc", "layers": 1, "kv_heads": 2}"#
    static let prompt =
        #"{"id": "a", "prompt_tokens": 2, "nll": [1, 0.5], "token_ids": [1, 2, 3], "decisions": [["001", "011"]]}"#

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    private func read(_ text: String) throws -> ImportedTrace {
        try ImportedTrace(path: folder.write("a.jsonl", Array(text.utf8)))
    }

    @Test("JSON lines become a trace, with what they leave out as the page says")
    func lines() throws {
        try read("\n" + Self.header + "\r\n\n" + Self.prompt + "\n").write(to: folder.file("a.hrt"))
        let reader = try TraceReader(path: folder.file("a.hrt"))
        let shape = reader.header.configuration
        #expect(reader.header.model == "m" && reader.header.policy == .dmc && reader.header.kernelSet == "imported")
        #expect([shape.layers, shape.kvHeads, shape.heads, shape.headDim] == [1, 2, 2, 128])
        #expect([shape.hiddenSize, shape.intermediateSize, shape.vocabularySize] == [256, 1024, 32_000])
        #expect(shape.dmc == DMCSettings() && !reader.header.keepsTokens)
        let prompt = try reader.prompt(at: 0)
        #expect(prompt.id == "a" && prompt.promptTokens == 2 && prompt.tokens == 3)
        #expect(prompt.finalSlots == [[2, 1]] && prompt.decisions[0, 0, 2] && !prompt.decisions[0, 0, 1])
        #expect(prompt.negativeLogLikelihoods == [1, 0.5])
        #expect(prompt.tokenIDs == nil && prompt.tokenDigest == PromptTrace.digest(of: [1, 2, 3]))
        let list = TraceHeader.promptListDigest(of: [("a", PromptTrace.digest(of: [1, 2]))])
        #expect(reader.header.promptListDigest == list)
    }

    @Test("Evictions come in the order of each head, and need no decisions")
    func evictions() throws {
        let header = Self.header.replacing("dmc", with: "h2o:heavy=1,recent=0")
        let digest = String(repeating: "0a", count: 32)
        let prompt =
            #"{"id": "a", "prompt_tokens": 3, "nll": [1, 0.5], "token_digest": "\#(digest)", "#
            + #""evictions": [[1, 0, 0, 1], [1, 0, 1, 0], [2, 0, 0, 0], [2, 0, 1, 2]]}"#
        let trace = try read(header + "\n" + prompt).prompts[0]
        #expect(trace.evictions?[0, 1].map(\.position) == [0, 2] && trace.finalSlots == [[1, 1]])
        #expect(trace.tokenDigest == Array(repeating: 10, count: 32))
    }

    @Test("A head may hold what its policy lets it: before a cut everything, behind it what the mode says")
    func held() throws {
        for (policy, events) in [
            ("h2o:heavy=1,recent=0,prefill=only", "[1, 0, 0, 0], [1, 0, 1, 1]"), ("tova:slots=2,prefill=only", ""),
            ("tova:slots=2,prefill=full", "[2, 0, 0, 1], [2, 0, 1, 1]"),
            ("h2o:heavy=0.25,recent=0.25", "[2, 0, 0, 0], [2, 0, 1, 1]"),
        ] {
            let text = Self.evicting(events).replacing("tova:slots=9", with: policy)
            #expect(throws: Never.self, "\(policy)") { try read(text) }
        }
    }

    @Test(
        "A wrong line is named, with what is wrong in it",
        arguments: [
            ("", 1, "an empty file"), ("nonsense", 1, "something else"), ("[1]", 1, "something else"),
            ("{}", 1, "a text as `model`, found nothing"),
            (header.replacing("dmc", with: "magic"), 1, "a policy such as dmc as `policy`, found 'magic'"),
            (header.replacing("1,", with: "0,"), 1, "a whole number from 1 to 1024 as `layers`, found 0"),
            (header.replacing("1,", with: "1.5,"), 1, "as `layers`, found 1.5"),
            (header.replacing("1,", with: "\"1\","), 1, "as `layers`, found \"1\""),
            (
                header + "\n"
                    + prompt.replacing("]]}", with: "]], \"token_digest\": \"\(String(repeating: "0a", count: 32))\"}"),
                2,
                "the digest of `token_ids` as `token_digest`, found another"
            ),
            (
                header.replacing("1,", with: "1024,").replacing("2}", with: "4096}"), 1,
                "at most 16384 KV heads over all layers"
            ),
            (header.replacing("2}", with: "2, \"heads\": 3}"), 1, "a divisor of the 3 heads as `kv_heads`, found 2"),
            (header.replacing("2}", with: "2, \"shard\": \"2/2\"}"), 1, "I/N as `shard`, found '2/2'"),
            (header.replacing("2}", with: "2, \"arithmetic\": \"int4\"}"), 1, "float32 as `arithmetic`"),
            (header, 1, "prompts behind the recording's fields, found none"),
            (header + "\n" + prompt.replacing("[1, 2, 3]", with: "[1, 2]"), 2, "3 token ids, found 2"),
            (header.replacing("2}", with: "2, \"checkpoint\": \"abc\"}"), 1, "64 hexadecimal digits, as `checkpoint`"),
            (header.replacing("2}", with: "2, \"rope_theta\": NaN}"), 1, "found NaN, which is no number of JSON's"),
            (header.replacing("dmc", with: "h2o"), 1, "found 'h2o': 'heavy' is missing"),
            (changed("0.5]", "-Infinity]"), 2, "a JSON object, found -Infinity, which is no number of JSON's"),
            (
                evicting("").replacing("slots=9", with: "slots=2"), 2,
                "layer 0, KV head 0: expected 1 drops under tova:slots=2 of 3 tokens, found 0"
            ),
            (
                evicting("[2, 0, 0, 0]").replacing("slots=9", with: "slots=2,prefill=full"), 2,
                "layer 0, KV head 1: expected 1 drops under tova:slots=2,prefill=full of 3 tokens, found 0"
            ),
            (
                evicting("").replacing("slots=9", with: "slots=1,prefill=only"), 2,
                "layer 0, KV head 0: expected 1 drops under tova:slots=1,prefill=only of 3 tokens, found 0"
            ),
            (
                evicting("[2, 0, 0, 0], [2, 0, 1, 1]").replacing("slots=9", with: "slots=2"), 2,
                "KV head 1: expected the drops of KV head 0 under tova:slots=2, found others"
            ),
            (header.replacing("dmc", with: "full") + "\n" + prompt, 2, "expected no merges under policy full"),
            (
                header.replacing("dmc", with: "tova:slots=2").replacing("2}", with: "2, \"dmc_window\": 12}"), 1,
                "a plain model under an eviction as `policy`, found tova:slots=2 on one with `dmc_window`"
            ),
            (changed("\"]]}", ""), 2, "a JSON object, found the beginning of one: the line is cut short"),
            (header + "\n\nnonsense", 3, "text that is not JSON"), (header + "\n[]", 2, "a JSON object"),
            (header + "\n" + prompt + "\n" + prompt, 3, "every id once, found 'a' again"),
            (changed(#""id": "a""#, #""id": 1"#), 2, "a text as `id`"),
            (changed(#""id": "a", "#, ""), 2, "expected `id`, found none"),
            (changed(#""id": "a""#, #""id": """#), 2, "id of 1 to 65536 bytes"),
            (changed("0.5]", "0.5, 2]"), 2, "expected 2 likelihoods, found 3"),
            (changed("0.5]", "\"x\"]"), 2, "a number as `nll.1`"),
            (changed("0.5]", "1e300]"), 2, "expected"),
            (changed("tokens\": 2", "tokens\": 4"), 2, "expected 1 to 3 prompt tokens, found 4"),
            (changed("\"001\"", "\"00\""), 2, "2 times 0 or 1 for layer 0, KV head 1, found 3 characters"),
            (changed("\"011\"", "\"012\""), 2, "KV head 1, found 3 characters, others among them"),
            (changed("\"011\"", "\"111\""), 2, "expected an append for the first token"),
            (changed(", \"011\"", ""), 2, "`decisions` of 1 layers × 2 KV heads, found 1 × 1"),
            (changed("decisions", "other"), 2, "expected `decisions`, found none"),
            (changed("token_ids\": [1, 2, 3]", "x\": 1"), 2, "`token_ids` or `token_digest`, found neither"),
            (changed("token_ids\": [1, 2, 3]", "token_digest\": \"12\""), 2, "64 hexadecimal digits"),
            (changed("0.5]", "-0.5]"), 2, "negative log-likelihoods from 0 on, found -0.5 as `nll[1]`"),
            (changed("[1, 2, 3]", "[1, 32000, 3]"), 2, "token ids below 32000, found 32000"),
            (changed("[1, 2, 3]", "[1, -2, 3]"), 2, "token ids from 0 on, found -2"),
            (changed("\"nll\"", "\"evictions\": [], \"nll\""), 2, "no `evictions` under policy dmc"),
            (evicting("[2, 0, 0]"), 2, "[t, layer, kv_head, position] as `evictions[0]`"),
            (evicting("[2, 1, 0, 0]"), 2, "layers below 1"), (evicting("[2, 0, -1, 0]"), 2, "found [2, 0, -1, 0]"),
            (evicting("[3, 0, 0, 0]"), 2, "expected 0 drops under tova:slots=9 of 3 tokens, found 1"),
            (
                evicting("[1, 0, 0, 2]").replacing("slots=9", with: "slots=1"), 2,
                "a position held after token 1, found 2"
            ),
        ])
    func wrong(text: String, line: Int, reason: String) {
        let error = #expect(throws: FileError.self) { try read(text) }
        let message = error?.description ?? ""
        #expect(
            message.hasPrefix("\(folder.file("a.jsonl")): line \(line): expected ") && message.contains(reason),
            "\(message)")
        #expect(!message.contains("\n"))
    }

    static func changed(_ part: String, _ other: String) -> String {
        header + "\n" + prompt.replacing(part, with: other)
    }

    static func evicting(_ event: String) -> String {
        header.replacing("dmc", with: "tova:slots=9") + "\n"
            + prompt.replacing(#""decisions": [["001", "011"]]"#, with: "\"evictions\": [\(event)]")
    }
}
