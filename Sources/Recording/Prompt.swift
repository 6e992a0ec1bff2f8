import Files
import Traces

/// A text to run, as the model sees it.
public struct Prompt: Hashable, Sendable {
    /// Its name, unique in its list.
    public var id: String
    /// Its token ids, the beginning of sequence included.
    public var tokens: [Int]

    /// A prompt by its parts.
    public init(id: String, tokens: [Int]) {
        self.id = id
        self.tokens = tokens
    }

    /// SHA-256 of the token ids, each as a little-endian `UInt32`.
    public var tokenDigest: [UInt8] { Self.digest(tokens: tokens) }

    /// SHA-256 of token ids, each as a little-endian `UInt32`.
    public static func digest(tokens: [Int]) -> [UInt8] {
        var writer = ByteWriter()
        for token in tokens { writer.write(UInt32(token)) }
        return Digest.sha256(writer.bytes)
    }

    /// SHA-256 over ids and tokens of prompts in their order, in hexadecimal. Each id goes in as UTF-8 behind its
    /// length in a `UInt32`, then its token digest: so no two lists run together to the same bytes.
    public static func listDigest(_ prompts: [Prompt]) -> String {
        TraceHeader.promptListDigest(of: prompts.lazy.map { ($0.id, $0.tokenDigest) })
    }
}
