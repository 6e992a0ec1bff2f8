import BundledModels
import Files
import TestSupport
import Testing
import Tokenizers

struct SentencePieceTokenizerTests {
    private let tokenizer: SentencePieceTokenizer

    init() throws { tokenizer = try .open(path: BundledModel.base.folder() + "/tokenizer.model") }

    /// Values from the Python package `sentencepiece` 0.2.3 (`SentencePieceProcessor(model_file=…).encode(text)`).
    static let published: [(text: String, tokens: [Int])] = [
        (
            "It was the best of lamps, and the worst of weather.",
            [571, 319, 265, 1245, 284, 295, 383, 720, 4042, 278, 265, 3981, 284, 3318, 4045]
        ),
        ("  two  spaces ", [4023, 4023, 655, 4023, 562, 676, 290, 4023]),
        (
            "naïve café: 日本 🙂!",
            [
                298, 4026, 198, 178, 314, 1893, 4039, 4089, 4080, 4023, 233, 154, 168, 233, 159, 175, 4023, 243, 162,
                156, 133, 4062,
            ]
        ),
        ("\ta tab\nand a line\r\n", [4023, 12, 4026, 259, 645, 13, 412, 261, 2578, 16, 13]),
        ("", []),
        ("\n", [4023, 13]),
        ("a\0b", [261, 3, 4044]),
        ("</s><s>", [4023, 63, 50, 4031, 65, 63, 4031, 65]),
    ]

    @Test("Text becomes the tokens that the Python package gives, and comes back", arguments: published)
    func encodes(text: String, tokens: [Int]) throws {
        #expect(try tokenizer.encode(text) == tokens)
        #expect(try Array(tokenizer.decode(tokens).utf8) == Array(text.utf8))
    }

    @Test(
        "Tokens that are no text decode as the Python package decodes them",
        arguments: [
            ([458, 230, 152, 1109], "He\u{FFFD}\u{FFFD} world"), ([1, 458, 288, 2], "Hell"), ([0], " ⁇ "),
            ([198, 198, 178], "\u{FFFD}ï"), ([65, 4023, 66], "> ?"), ([], ""),
        ])
    func decodes(tokens: [Int], text: String) throws {
        #expect(try tokenizer.decode(tokens) == text)
    }

    @Test("The vocabulary says what its tokens are")
    func vocabulary() {
        #expect(tokenizer.vocabularySize == 4096)
        #expect(tokenizer.bosToken == 1)
        #expect(tokenizer.eosToken == 2)
        #expect([0, 2, 13, 259, 4095].map { tokenizer.piece($0) } == ["<unk>", "</s>", "<0x0A>", "▁t", "5"])
        #expect([-1, 4096, Int.max].map { tokenizer.piece($0) } == [nil, nil, nil])
    }

    @Test("The fingerprint is the SHA-256 of the file, as sha256sum prints it")
    func fingerprint() {
        #expect(tokenizer.fingerprint == "7ecf46b52f7db4e137817f0be8d85fe202728795273958729c66d1edf13e9804")
    }

    @Test("A token out of the vocabulary is refused by its number", arguments: [-1, 4096, Int.max])
    func unknownToken(token: Int) {
        let error = TokenizerError.unknownToken(path: tokenizer.path, token: token, vocabularySize: 4096)
        #expect(throws: error) { try tokenizer.decode([5, token]) }
    }

    @Test("Text from many threads at once is the same text")
    func threads() async throws {
        let text = Self.published[0].text
        let results = await withTaskGroup(of: [Int]?.self) { group in
            for _ in 0..<16 { group.addTask { [tokenizer] in try? tokenizer.encode(text) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results == Array(repeating: Self.published[0].tokens, count: 16))
    }
}
