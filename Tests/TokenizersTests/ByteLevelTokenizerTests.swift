import Files
import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite("Byte-level tokenizers, as Llama 3 ships them")
struct ByteLevelTokenizerTests {
    /// A text, and what the library that defines the format makes of it; see `Fixtures/make.py`.
    private struct Case: Decodable {
        let text: String
        let ids: [Int]
        let words: [String]
        let decoded: String
    }

    private let path: String
    private let tokenizer: ByteLevelTokenizer
    private let cases: [Case]
    private let folder: TemporaryFolder

    init() throws {
        let fixtures = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures")
        path = fixtures.appendingPathComponent("tokenizer.json").path
        tokenizer = try ByteLevelTokenizer(path: path)
        cases = try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: fixtures.appendingPathComponent("cases.json")))
        folder = try TemporaryFolder()
    }

    /// Byte for byte: Swift's strings are equal where only their composition differs.
    private func isSame(_ one: String, _ other: String) -> Bool { Array(one.utf8) == Array(other.utf8) }

    @Test("Words are cut as Llama 3's regular expression cuts them")
    func words() {
        for expected in cases {
            let words = WordSplitter.words(of: expected.text).map { String(String.UnicodeScalarView($0)) }
            let isRight = words.count == expected.words.count && zip(words, expected.words).allSatisfy(isSame)
            #expect(isRight, "\(expected.text.debugDescription): \(words)")
        }
        #expect(cases.count > 150)
    }

    @Test("Token ids are those of the library that defines the format")
    func ids() throws {
        for expected in cases {
            #expect(try tokenizer.encode(expected.text) == expected.ids, "\(expected.text.debugDescription)")
        }
    }

    @Test("Llama 3's own vocabulary gives the ids that are published for it")
    func published() throws {
        struct Published: Decodable {
            let text: String
            let ids: [Int]
        }
        // Meta's vocabulary as far as these texts need it; see `Fixtures/llama3.py`.
        let fixtures = URL(fileURLWithPath: path).deletingLastPathComponent()
        let tokenizer = try ByteLevelTokenizer(path: fixtures.appendingPathComponent("llama3.json").path)
        let data = try Data(contentsOf: fixtures.appendingPathComponent("llama3-cases.json"))
        let cases = try JSONDecoder().decode([Published].self, from: data)
        for expected in cases {
            #expect(try tokenizer.encode(expected.text) == expected.ids, "\(expected.text.debugDescription)")
        }
        #expect(cases.count > 40 && tokenizer.bosToken == 128_000 && tokenizer.eosToken == 128_001)
    }

    @Test("Tokens become the text again, special ones left out, at once and one by one")
    func decoding() throws {
        for expected in cases {
            #expect(isSame(try tokenizer.decode(expected.ids), expected.decoded))
            var decoder = StreamingDecoder(tokenizer)
            let streamed = try expected.ids.map { try decoder.add($0) }.joined() + decoder.finish()
            #expect(isSame(streamed, expected.decoded), "\(expected.text.debugDescription)")
        }
    }

    @Test("Joined, a stream is the text of all its tokens, whatever they are", arguments: 0..<100)
    func joined(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        // Half of them single bytes, which may begin a character that never ends.
        let tokens = (0..<50).map { _ in Int(numbers.next() % (numbers.next() % 2 == 0 ? 256 : 425)) }
        var decoder = StreamingDecoder(tokenizer)
        let streamed = try tokens.map { try decoder.add($0) }.joined() + decoder.finish()
        #expect(isSame(streamed, try tokenizer.decode(tokens)))
    }

    @Test("A character of several tokens comes out whole, with its last byte")
    func wholeCharacters() throws {
        var decoder = StreamingDecoder(tokenizer)
        let tokens = try tokenizer.encode("a🙂b")
        #expect(try tokens.map { try decoder.add($0) } == ["a", "", "", "", "🙂", "b"])
    }

    @Test("It knows its size, its beginning and how it writes tokens, and is known by its file")
    func facts() throws {
        #expect(tokenizer.vocabularySize == 425 && tokenizer.bosToken == 421 && tokenizer.eosToken == 422)
        #expect(tokenizer.piece(420) == "Ġzyx" && tokenizer.piece(423) == "<|eot_id|>" && tokenizer.piece(425) == nil)
        #expect(tokenizer.fingerprint == Digest.sha256(try MappedFile.contents(of: path)).hexadecimal)
        #expect(try TokenizerFile.open(path: path) is ByteLevelTokenizer)
        #expect(throws: TokenizerError.unknownToken(path: path, token: 425, vocabularySize: 425)) {
            try tokenizer.decode([425])
        }
    }

    @Test("A long word without a border is joined in no time")
    func longWord() throws {
        let text = String(repeating: "thirteen", count: 20_000)
        #expect(try tokenizer.decode(tokenizer.encode(text)) == text)
    }

    @Test(
        "A file of another kind is refused by what it has",
        arguments: [
            ("\"byte_fallback\":false", "\"byte_fallback\":true", "byte_fallback"),
            ("\"type\":\"BPE\"", "\"type\":\"Unigram\"", "a model of type \"Unigram\""),
            ("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}", "a normalizer of type \"NFC\""),
            ("\\\\p{N}{1,3}", "\\\\p{N}", "cuts words otherwise"),
            ("\"Isolated\"", "\"Removed\"", "cuts words otherwise"),
            ("\"dropout\":null", "\"dropout\":0.1", "dropout"), ("\"lstrip\":false", "\"lstrip\":true", "added token"),
            ("\"end_of_word_suffix\":null", "\"end_of_word_suffix\":\"</w>\"", "marks at the borders"),
            ("\"use_regex\":false", "\"use_regex\":true", "use_regex"), ("\"a\":64", "\"a\":65", "as another one has"),
            ("\"a\":64", "\"a\":-1", "the id -1"), ("\"a\":64", "\"a\":99999999", "the id 99999999"),
            ("\"a\":64", "\"日\":64", "GPT-2's characters"), ("\"a\":64", "\"aq\":64", "the byte 97 is no token"),
            ("\"merges\":[", "\"merges\":[[\"zz\",\"a\"],", "merge 0"),
            ("\"merges\":[", "\"merges\":[[\"a\"],", "merge 0"),
            ("\"vocab\"", "\"words\"", "no JSON object"), ("{", "", "not a SentencePiece model"),
        ])
    func otherKinds(part: String, other: String, says: String) throws {
        let text = String(decoding: try MappedFile.contents(of: path), as: UTF8.self)
        let place = try #require(text.range(of: part))
        let file = try folder.write("tokenizer.json", text.replacingCharacters(in: place, with: other))
        let error = try #require(throws: TokenizerError.self) { _ = try TokenizerFile.open(path: file) }
        #expect("\(error)".hasPrefix(file) && "\(error)".contains(says) && !"\(error)".contains("\n"), "\(error)")
    }

    @Test("Merges with a space between, as older files have them, are the same")
    func olderMerges() throws {
        let whole = try JSONSerialization.jsonObject(with: Data(MappedFile.contents(of: path)))
        var file = try #require(whole as? [String: Any])
        var model = try #require(file["model"] as? [String: Any])
        let merges = try #require(model["merges"] as? [[String]])
        model["merges"] = merges.map { $0.joined(separator: " ") }
        file["model"] = model
        let bytes = Array(try JSONSerialization.data(withJSONObject: file))
        let older = try ByteLevelTokenizer(path: folder.write("tokenizer.json", bytes))
        for expected in cases { #expect(try older.encode(expected.text) == expected.ids) }
    }

    @Test("A file cut anywhere is refused in one line")
    func cut() throws {
        let bytes = try MappedFile.contents(of: path)
        for count in stride(from: 1, to: bytes.count, by: 97) {
            let file = try folder.write("tokenizer.json", Array(bytes.prefix(count)))
            #expect(throws: TokenizerError.self) { _ = try ByteLevelTokenizer(path: file) }
        }
    }
}
