import Files
import Traces

/// The texts of token ids, from the tokenizer that a recording was made with.
public struct TokenNames {
    /// The tokenizer's file.
    public let path: String
    /// SHA-256 of that file, in hexadecimal.
    public let fingerprint: String
    /// A token's text; nil for an id that it does not have.
    public let text: (Int) -> String?

    /// Names by their parts; see the properties.
    public init(path: String, fingerprint: String, text: @escaping (Int) -> String?) {
        self.path = path
        self.fingerprint = fingerprint
        self.text = text
    }

    /// Checks that these are the names of the tokens of the recording at `trace`, and that it keeps their ids.
    /// - Throws: `FileError.unsuitable`. Prompts that came as tokens go with any tokenizer.
    func check(_ header: TraceHeader, of trace: String) throws {
        guard header.policy != .full else {
            throw FileError.unsuitable(
                path: trace, expected: "tokens merged or dropped, to show texts of", found: "policy full")
        }
        guard header.keepsTokens else {
            throw FileError.unsuitable(
                path: trace, expected: "token ids to show texts of (record --keep-tokens)",
                found: "their digests")
        }
        guard header.tokenizerFingerprint.isEmpty || header.tokenizerFingerprint == fingerprint else {
            throw FileError.unsuitable(
                path: path, expected: "the trace's tokenizer, SHA-256 \(header.tokenizerFingerprint)",
                found: fingerprint)
        }
    }
}
