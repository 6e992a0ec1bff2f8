import CSentencePiece

extension SentencePieceTokenizer {
    /// The token ids of `text`, as it is: nothing is trimmed, and no beginning or end of sequence is added.
    /// - Throws: `TokenizerError.failed` where the library cannot.
    public func encode(_ text: String) throws -> [Int] {
        var text = text
        return try text.withUTF8 { utf8 in
            var count = 0
            var message: UnsafeMutablePointer<CChar>?
            let ids = utf8.withMemoryRebound(to: CChar.self) {
                csp_encode(model, $0.baseAddress, $0.count, &count, &message)
            }
            guard let ids else { throw TokenizerError.failed(path: path, reason: Self.taken(message)) }
            defer { csp_free(ids) }
            return UnsafeBufferPointer(start: ids, count: count).map(Int.init)
        }
    }

    /// The text of `tokens`: bytes that are no UTF-8 become U+FFFD, and the first word has no space in front.
    /// - Throws: `TokenizerError.unknownToken` for an id out of range.
    public func decode(_ tokens: [Int]) throws -> String {
        let ids = try tokens.map { token in
            guard (0..<vocabularySize).contains(token) else {
                throw TokenizerError.unknownToken(path: path, token: token, vocabularySize: vocabularySize)
            }
            return Int32(token)
        }
        var count = 0
        var message: UnsafeMutablePointer<CChar>?
        guard let text = csp_decode(model, ids, ids.count, &count, &message) else {
            throw TokenizerError.failed(path: path, reason: Self.taken(message))
        }
        defer { csp_free(text) }
        return text.withMemoryRebound(to: UInt8.self, capacity: count) {
            String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
        }
    }
}
