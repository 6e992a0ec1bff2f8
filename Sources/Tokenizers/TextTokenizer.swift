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
        let start = withExtendedLifetime(file) { Array(file.bytes.prefix(100)) }
        if start.first == UInt8(ascii: "{") { return try ByteLevelTokenizer(path: path) }
        guard String(decoding: start, as: UTF8.self).prefixMatch(of: rankLine) == nil else {
            throw TokenizerError.notAModel(
                path: path,
                reason: "it is tiktoken's, as Meta ships Llama 3's; its tokenizer.json from Hugging Face is read")
        }
        return try SentencePieceTokenizer.open(path: path)
    }

    /// A line of tiktoken's files: a token in Base64, and its rank.
    private static var rankLine: Regex<Substring> { #/[A-Za-z0-9+\/]+=* [0-9]+\r?\n/# }
}
