/// All that a recording keeps of one prompt.
public struct PromptTrace: Equatable, Sendable {
    /// The prompt's name, unique in its recording.
    public var id: String
    /// Tokens that were given; those from this index on were generated.
    public var promptTokens: Int
    /// Every head's decisions, one a token: prompt and generated part together.
    public var decisions: DecisionBits
    /// Negative log-likelihood in nats of tokens 1…, given all before: `tokens − 1` numbers.
    public var negativeLogLikelihoods: [Float]
    /// SHA-256 of the token ids, each as a little-endian `UInt32`.
    public var tokenDigest: [UInt8]
    /// The token ids, where the recording keeps them.
    public var tokenIDs: [Int]?

    /// A prompt by its parts; see the properties.
    public init(
        id: String, promptTokens: Int, decisions: DecisionBits, negativeLogLikelihoods: [Float],
        tokenDigest: [UInt8], tokenIDs: [Int]? = nil
    ) {
        self.id = id
        self.promptTokens = promptTokens
        self.decisions = decisions
        self.negativeLogLikelihoods = negativeLogLikelihoods
        self.tokenDigest = tokenDigest
        self.tokenIDs = tokenIDs
    }

    /// Tokens in all: given and generated.
    public var tokens: Int { decisions.tokens }
}
