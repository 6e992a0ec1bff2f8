import Files

/// What can go wrong between text and tokens. Its description is the one line a user sees.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is not a SentencePiece model, or a damaged one; `reason` has the byte where that is known.
    case notAModel(path: String, reason: String)
    /// The file is no `tokenizer.json` of a byte-level tokenizer as Llama 3 ships it; `reason` is what it has instead.
    case notByteLevel(path: String, reason: String)
    /// The model cannot encode a text or decode tokens; `reason` is the library's word for it.
    case failed(path: String, reason: String)
    /// The tokenizer has no such token.
    case unknownToken(path: String, token: Int, vocabularySize: Int)

    public var description: String { text.inOneLine }

    private var text: String {
        switch self {
        case .notAModel(let path, let reason): "\(path): not a SentencePiece model: \(reason)"
        case .notByteLevel(let path, let reason):
            "\(path): expected a byte-level tokenizer as Llama 3 has it: \(reason)"
        case .failed(let path, let reason): "\(path): \(reason)"
        case .unknownToken(let path, let token, let vocabularySize):
            "\(path): expected token ids below \(vocabularySize), found \(token)"
        }
    }
}
