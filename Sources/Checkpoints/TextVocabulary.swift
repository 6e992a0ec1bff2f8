/// What a tokenizer knows of a model's vocabulary, and a Megatron checkpoint does not say.
public struct TextVocabulary: Hashable, Sendable {
    /// Tokens it has; rows of the embedding beyond them are padding.
    public var size: Int
    /// Begins a text; nil where there is no such token.
    public var bosToken: Int?
    /// Ends a text; nil where there is no such token.
    public var eosToken: Int?

    /// A vocabulary by its numbers.
    public init(size: Int, bosToken: Int? = nil, eosToken: Int? = nil) {
        self.size = size
        self.bosToken = bosToken
        self.eosToken = eosToken
    }
}
