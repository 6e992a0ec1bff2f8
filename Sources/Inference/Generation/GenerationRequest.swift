/// A prompt, and what is to come after it.
public struct GenerationRequest: Sendable {
    /// Token ids, at least one.
    public var tokens: [Int]
    /// Highest number of tokens to generate.
    public var maxNewTokens: Int
    /// How they are chosen.
    public var sampler: Sampler
    /// Whether the likelihood of every token is wanted.
    public var scores: Bool

    /// A request by its parts; see the properties.
    public init(tokens: [Int], maxNewTokens: Int, sampler: Sampler = Sampler(.greedy), scores: Bool) {
        self.tokens = tokens
        self.maxNewTokens = maxNewTokens
        self.sampler = sampler
        self.scores = scores
    }
}

/// What came of a request.
public struct GenerationResult {
    /// All tokens, the given ones first. Every one was fed to the model, the last generated one too.
    public let tokens: [Int]
    /// How many of them were given.
    public let promptTokens: Int
    /// Negative log-likelihood in nats of tokens 1…; empty unless asked for.
    public let negativeLogLikelihoods: [Float]
    /// Slots each head held at the end, `[layers][kvHeads]`.
    public let slots: [[Int]]
}

/// Why a model's output is of no use. Its description is the one line a user sees.
public struct NonFiniteLogits: Error, Equatable, Sendable, CustomStringConvertible {
    /// The position whose logits are not numbers.
    public let position: Int

    /// The error in one line.
    public var description: String {
        "the model's logits at position \(position) are not finite: are its weights whole?"
    }
}
