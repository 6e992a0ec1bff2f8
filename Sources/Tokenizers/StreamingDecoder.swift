/// Text out of tokens that come one by one. All that it returns, joined, is what decoding all tokens at once gives;
/// what it returns is always whole characters, so a character made of several tokens comes with its last byte.
public struct StreamingDecoder: Sendable {
    private let tokenizer: any TextTokenizer
    /// The newest tokens, back to one that has text. What follows such a token no longer begins the sequence, where
    /// the library drops a space; so text depends on nothing older.
    private var window: [Int] = []
    /// Bytes of the window's text that are out already.
    private var written = 0
    /// The last bytes of the run at the window's end whose tokens need not be whole characters.
    private var bytes: [UInt8] = []

    /// A decoder at the beginning of a sequence.
    public init(_ tokenizer: any TextTokenizer) { self.tokenizer = tokenizer }

    /// The text that is certain now that `token` has come; often empty.
    /// - Throws: `TokenizerError.unknownToken` for an id out of range, which is then as if it had not come.
    public mutating func add(_ token: Int) throws -> String {
        let last = try tokenizer.decode([token])
        window.append(token)
        if let loose = tokenizer.looseBytes(token) {
            bytes = (bytes + loose).suffix(4)
            if Self.endsInsideCharacter(bytes) { return "" }
        } else {
            bytes = []
        }
        let text = try finish()
        if !last.isEmpty {
            window = [token]
            written = last.utf8.count
        }
        return text
    }

    /// The text of what is held back: at the end, of bytes that will never be a character.
    public mutating func finish() throws -> String {
        let text = try tokenizer.decode(window)
        defer { written = text.utf8.count }
        return String(decoding: text.utf8.dropFirst(written), as: UTF8.self)
    }

    /// Whether a longer run could end in a character that this one only begins.
    private static func endsInsideCharacter(_ bytes: [UInt8]) -> Bool {
        guard let lead = bytes.suffix(3).lastIndex(where: { $0 & 0b1100_0000 != 0b1000_0000 }) else { return false }
        let length = max(1, (~bytes[lead]).leadingZeroBitCount)
        return length <= 4 && bytes.count - lead < length
    }
}
