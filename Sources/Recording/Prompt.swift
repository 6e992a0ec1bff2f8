import Files
import Traces

/// A text to run, as the model sees it.
public struct Prompt: Hashable, Sendable {
    /// Its name, unique in its list.
    public var id: String
    /// Its token ids, the beginning of sequence included.
    public var tokens: [Int]
    /// How many of them are given; the rest is fed as if the model had generated it. That matters to policies that treat a
    /// prompt otherwise than what follows it.
    public var given: Int

    /// A prompt by its parts; all of it is given unless `given` says otherwise.
    public init(id: String, tokens: [Int], given: Int? = nil) {
        self.id = id
        self.tokens = tokens
        self.given = given ?? tokens.count
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
    /// length in a `UInt32`, then its token digest: so no two lists run together to the same bytes. Where not all tokens are
    /// given, SHA-256 of that digest and of their number, a little-endian `UInt32`, stands in its place.
    public static func listDigest(_ prompts: [Prompt]) -> String {
        TraceHeader.promptListDigest(of: prompts.lazy.map { ($0.id, $0.listedDigest) })
    }

    private var listedDigest: [UInt8] {
        guard given < tokens.count else { return tokenDigest }
        var writer = ByteWriter()
        writer.write(tokenDigest)
        writer.write(UInt32(given))
        return Digest.sha256(writer.bytes)
    }
}
