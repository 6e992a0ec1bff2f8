import CSentencePiece
import Files
import Foundation

/// Text to token ids and back, by a SentencePiece model (`tokenizer.model`). It never changes: any thread may use it.
public final class SentencePieceTokenizer: TextTokenizer, @unchecked Sendable {
    /// The file it was read from.
    public let path: String
    /// SHA-256 of that file, in hexadecimal.
    public let fingerprint: String
    /// Pieces in the vocabulary; ids run from 0.
    public let vocabularySize: Int
    let model: OpaquePointer

    private init(path: String, fingerprint: String, model: OpaquePointer) {
        self.path = path
        self.fingerprint = fingerprint
        self.model = model
        vocabularySize = Int(csp_vocabulary_size(model))
    }

    deinit { csp_close(model) }

    /// Opens the model at `path`.
    /// - Throws: `FileError.unreadable`, or `TokenizerError.notAModel` for a file that is damaged or something else.
    public static func open(path: String) throws -> SentencePieceTokenizer {
        let bytes = try MappedFile.contents(of: path)
        var message: UnsafeMutablePointer<CChar>?
        guard let model = csp_open(bytes, bytes.count, &message) else {
            throw TokenizerError.notAModel(path: path, reason: taken(message))
        }
        return SentencePieceTokenizer(path: path, fingerprint: Digest.sha256(bytes).hexadecimal, model: model)
    }

    /// The library's message, which is ours to free.
    static func taken(_ message: UnsafeMutablePointer<CChar>?) -> String {
        defer { csp_free(message) }
        return message.map { String(cString: $0) } ?? "no reason given"
    }
}

extension SentencePieceTokenizer {
    /// The token that begins a sequence, by the tokenizer's own word; nil where it has none.
    public var bosToken: Int? { Self.id(csp_begin_id(model)) }

    /// The token that ends a sequence, by the tokenizer's own word; nil where it has none.
    public var eosToken: Int? { Self.id(csp_end_id(model)) }

    private static func id(_ number: Int32) -> Int? { number < 0 ? nil : Int(number) }

    /// A token as the vocabulary writes it, such as `▁the` or `<0x0A>`; nil for an id out of range.
    public func piece(_ token: Int) -> String? {
        var count = 0
        guard let id = Int32(exactly: token), let text = csp_piece(model, id, &count) else { return nil }
        return text.withMemoryRebound(to: UInt8.self, capacity: count) {
            String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
        }
    }

    /// The byte that a byte piece stands for; nil for any other token.
    public func looseBytes(_ token: Int) -> [UInt8]? {
        Int32(exactly: token).flatMap { UInt8(exactly: csp_byte(model, $0)) }.map { [$0] }
    }
}
