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

    @Test("A model cut short anywhere but between two fields is refused; one that opens does no harm")
    func truncated() throws {
        var refused = 0
        let cuts = Array(stride(from: 1, to: model.count, by: 997)) + Array(model.count - 200..<model.count)
        for cut in cuts {
            let bytes = Array(model[..<cut])
            guard try refusal(bytes) == nil else {
                refused += 1
                continue
            }
            try exercise(bytes)
        }
        #expect(refused > cuts.count * 9 / 10)
    }

    @Test("No flipped bit of the model's settings or first pieces brings the process down")
    func flipped() throws {
        for index in Array(0..<64) + Array(model.count - 96..<model.count) {
            for bit in 0..<8 {
                var bytes = model
                bytes[index] ^= 1 << UInt8(bit)
                try exercise(bytes)
            }
        }
    }

    /// Encodes and decodes with whatever these bytes are, if they are a model at all.
    private func exercise(_ bytes: [UInt8]) throws {
        let path = try folder.write("tokenizer.model", bytes)
        guard let tokenizer = try? SentencePieceTokenizer.open(path: path) else { return }
        guard let tokens = try? tokenizer.encode("A cat, a café\n 日本") else { return }
        _ = try? tokenizer.decode(tokens)
        _ = try? tokenizer.decode(Array(0..<tokenizer.vocabularySize))
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
