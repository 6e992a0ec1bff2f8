/// One head of a recording in figures.
public struct HeadSummary: Equatable, Sendable {
    /// Its layer.
    public let layer: Int
    /// Its place among the layer's KV heads.
    public let kvHead: Int
    /// Tokens over slots, over all prompts.
    public let compressionRatio: Double
    /// How its ratio varies from prompt to prompt.
    public let spread: RatioSpread
}
