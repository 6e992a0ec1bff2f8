import BundledModels
import CSentencePiece
import Files
import TestSupport
import Testing
import Tokenizers

struct DamagedModelTests {
    private let folder: TemporaryFolder
    private let model: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        model = try MappedFile.contents(of: BundledModel.base.folder() + "/tokenizer.model")
    }

    /// What opening these bytes says; nil where they open.
    private func refusal(_ bytes: [UInt8]) throws -> String? {
        do {
            _ = try SentencePieceTokenizer.open(path: folder.write("tokenizer.model", bytes))
            return nil
        } catch let error as TokenizerError {
            return error.description
        }
    }

    @Test("A missing file is named")
    func missing() {
        let path = folder.file("none.model")
        #expect(throws: FileError.unreadable(path: path, reason: "No such file or directory")) {
            try SentencePieceTokenizer.open(path: path)
        }
    }

    @Test("Nothing, noise and text are no models", arguments: [[], [0xFF, 0xFF, 0xFF], Array("{\"a\": 1}".utf8)])
    func noModels(bytes: [UInt8]) throws {
        let line = try #require(try refusal(bytes))
        #expect(line.hasPrefix("\(folder.file("tokenizer.model")): not a SentencePiece model: "))
        #expect(!line.contains("\n"))
    }

    @Test("The form in which Meta ships Llama 3's is named")
    func tiktoken() throws {
        let file = try folder.write("tokenizer.model", "IQ== 0\nIg== 1\n")
        let error = try #require(throws: TokenizerError.self) { _ = try TokenizerFile.open(path: file) }
        #expect("\(error)".hasPrefix(file) && "\(error)".contains("it is tiktoken's, as Meta ships Llama 3's"))
    }

    @Test("A model cut short anywhere but between two fields is refused; one that opens does no harm")
    func truncated() throws {
        let cuts = Array(stride(from: 1, to: model.count, by: 997)) + Array(model.count - 100..<model.count)
        let refused = cuts.filter { !Self.opens(Array(model[..<$0])) }
        #expect(refused.count > cuts.count * 9 / 10)
        #expect(try refusal(Array(model.dropLast(1)))?.contains("byte") == true)
    }

    @Test("No flipped bit of the model's first pieces or settings brings the process down")
    func flipped() throws {
        var refused = 0
        for index in Array(0..<24) + Array(model.count - 48..<model.count) {
            for bit in 0..<8 {
                var bytes = model
                bytes[index] ^= 1 << UInt8(bit)
                refused += Self.opens(bytes) ? 0 : 1
            }
        }
        #expect((1..<72 * 8).contains(refused))
    }

    /// Whether these bytes are a model; if so, it encodes, and decodes its whole vocabulary.
    private static func opens(_ bytes: [UInt8]) -> Bool {
        guard let handle = csp_open(bytes, bytes.count, nil) else { return false }
        defer { csp_close(handle) }
        let text = "A cat, a café\n 日本"
        var count = 0
        csp_free(csp_encode(handle, text, text.utf8.count, &count, nil))
        let ids = Array(0..<csp_vocabulary_size(handle))
        csp_free(csp_decode(handle, ids, ids.count, &count, nil))
        return true
    }

    @Test("A character map that points outside itself is refused at its byte")
    func characterMap() throws {
        // One page of the trie, all of its units leading 256 units on; then the text that values point into.
        let outside = Array(repeating: UInt32(256 << 10), count: 256).flatMap { word in
            withUnsafeBytes(of: word.littleEndian) { Array($0) }
        }
        let line = try #require(try refusal(model + field(3, field(2, [0, 4, 0, 0] + outside + [0]))))
        #expect(line.hasSuffix("a character map points outside itself"))
        #expect(line.contains("byte \(model.count + 3 + 3 + 4):"))
    }

    @Test("Rules for decoded text are refused, since a stream could not follow them")
    func denormalizer() throws {
        let line = try #require(try refusal(model + field(5, field(2, [1]))))
        #expect(line.hasSuffix("rules that change decoded text are not supported"))
    }

    /// A protobuf field of bytes.
    private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        var rest = bytes.count
        repeat {
            length.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return [number << 3 | 2] + length + bytes
    }

    @Test("The C face gives the caller a message to free, and bears a caller who wants none")
    func messages() {
        var message: UnsafeMutablePointer<CChar>?
        #expect(csp_open([9, 9, 9] as [UInt8], 3, &message) == nil)
        #expect(message.map { String(cString: $0) }?.isEmpty == false)
        csp_free(message)
        #expect(csp_open([9, 9, 9] as [UInt8], 3, nil) == nil)
        csp_close(nil)
    }
}
