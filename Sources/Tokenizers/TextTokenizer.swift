import Files

/// Text to token ids and back. It never changes: any thread may use it.
public protocol TextTokenizer: Sendable {
    /// The file it was read from.
    var path: String { get }
    /// SHA-256 of that file, in hexadecimal.
    var fingerprint: String { get }
    /// Tokens it has; ids run from 0.
    var vocabularySize: Int { get }
    /// The token that begins a sequence, by the tokenizer's own word; nil where it has none.
    var bosToken: Int? { get }
    /// The token that ends a sequence, by the tokenizer's own word; nil where it has none.
    var eosToken: Int? { get }

    /// The token ids of `text`, as it is: nothing is trimmed, and no beginning or end of sequence is added.
    /// - Throws: `TokenizerError.failed` where the library cannot.
    func encode(_ text: String) throws -> [Int]
    /// The text of `tokens`: bytes that are no UTF-8 become U+FFFD.
    /// - Throws: `TokenizerError.unknownToken` for an id out of range.
    func decode(_ tokens: [Int]) throws -> String
    /// A token as the vocabulary writes it; nil for an id out of range.
    func piece(_ token: Int) -> String?
    /// The bytes of a token that may begin or end inside a character; nil for any other.
    func looseBytes(_ token: Int) -> [UInt8]?
}

/// Opens tokenizers of either kind.
public enum TokenizerFile {
    /// Opens the tokenizer at `path`: a `tokenizer.json`, which is JSON, or a SentencePiece model.
    /// - Throws: `FileError.unreadable`, or `TokenizerError` for a file that is damaged or something else.
    public static func open(path: String) throws -> any TextTokenizer {
        let file = try MappedFile(path: path)
        let isJSON = withExtendedLifetime(file) { file.bytes.first == UInt8(ascii: "{") }
        return isJSON ? try ByteLevelTokenizer(path: path) : try SentencePieceTokenizer.open(path: path)
    }
}
