import BundledModels
import TestSupport
import Testing
import Tokenizers

struct StreamingDecoderTests {
    private let tokenizer: SentencePieceTokenizer

    init() throws { tokenizer = try .open(path: BundledModel.base.folder() + "/tokenizer.model") }

    private func stream(_ tokens: [Int]) throws -> [String] {
        var decoder = StreamingDecoder(tokenizer)
        return try tokens.map { try decoder.add($0) } + [decoder.finish()]
    }

    @Test("A character of several bytes comes out whole, with its last byte")
    func wholeCharacters() throws {
        #expect(try stream([458, 243, 162, 156, 133, 1109]) == ["He", "", "", "", "🙂", " world", ""])
    }

    @Test("The first word has no space in front, and later ones keep theirs")
    func spaces() throws {
        #expect(try stream([1, 458, 288, 1109, 4023, 1109]).joined() == "Hell world  world")
        #expect(try stream([458, 1109]) == ["He", " world", ""])
    }

    @Test("Bytes that can be no character come out as soon as that is certain")
    func broken() throws {
        // C3 may begin a character; a second C3 shows that the first did not, but may itself begin one.
        #expect(try stream([198, 198, 178]) == ["", "", "\u{FFFD}ï", ""])
        #expect(try stream([178, 458]) == ["\u{FFFD}", " He", ""])
        #expect(try stream([230, 152]) == ["", "", "\u{FFFD}\u{FFFD}"])
    }

    @Test("A token that the vocabulary lacks is refused, and the stream goes on")
    func unknownToken() throws {
        var decoder = StreamingDecoder(tokenizer)
        let first = try decoder.add(458)
        #expect(throws: TokenizerError.self) { try decoder.add(4096) }
        #expect(try first + decoder.add(1109) == "He world")
    }

    @Test("Joined, a stream is the text of all its tokens, whatever they are", arguments: 0..<200)
    func joined(seed: UInt64) throws {
        // A third of them bytes, spaces and tokens without text, where streams go wrong.
        var numbers = SeededNumbers(seed: seed)
        let tokens = (0..<60).map { _ in
            switch Int.random(in: 0..<6, using: &numbers) {
            case 0: Int.random(in: 3..<259, using: &numbers)
            case 1: [0, 1, 2, 4023, 233, 154, 168].randomElement(using: &numbers)!
            default: Int.random(in: 0..<4096, using: &numbers)
            }
        }
        let pieces = try stream(tokens)
        #expect(try Array(pieces.joined().utf8) == Array(tokenizer.decode(tokens).utf8))
    }

    @Test("Joined, a stream of a text's tokens is that text", arguments: ["a  b\n\tc", "naïve café: 日本 🙂!", " x"])
    func roundTrip(text: String) throws {
        #expect(try stream(tokenizer.encode(text)).joined() == text)
    }
}
