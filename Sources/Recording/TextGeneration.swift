import Inference

/// Text that a model wrote behind a prompt. Encodes as one entry of `generate`'s JSON.
public struct TextGeneration: Encodable, Sendable {
    /// The prompt's name.
    public let id: String
    /// Tokens given, beginning-of-sequence included.
    public let promptTokens: Int
    /// All tokens, the given ones first.
    public let tokens: [Int]
    /// The generated part as text; nil where the model has no tokenizer.
    public let text: String?
    /// Slots at the end, `[layers][kvHeads]`.
    public let slots: [[Int]]
    /// Σ tokens / Σ slots over all heads.
    public let compressionRatio: Double

    /// Slots over all heads.
    public var slotsInAll: Int { slots.joined().reduce(0, +) }

    enum CodingKeys: String, CodingKey {
        case id, tokens, text, slots
        case promptTokens = "prompt_tokens"
        case compressionRatio = "compression_ratio"
    }
}
