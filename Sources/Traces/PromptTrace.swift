/// All that a recording keeps of one prompt.
public struct PromptTrace: Equatable, Sendable {
    /// The prompt's name, unique in its recording.
    public var id: String
    /// Tokens that were given; those from this index on were generated.
    public var promptTokens: Int
    /// Every head's decisions, one a token: prompt and generated part together.
    public var decisions: DecisionBits
    /// What an eviction policy dropped; nil under a policy that drops nothing.
    public var evictions: EvictionLog?
    /// Negative log-likelihood in nats of tokens 1…, given all before: `tokens − 1` numbers.
    public var negativeLogLikelihoods: [Float]
    /// SHA-256 of the token ids, each as a little-endian `UInt32`.
    public var tokenDigest: [UInt8]
    /// The token ids, where the recording keeps them.
    public var tokenIDs: [Int]?

    /// A prompt by its parts; see the properties.
    public init(
        id: String, promptTokens: Int, decisions: DecisionBits, evictions: EvictionLog? = nil,
        negativeLogLikelihoods: [Float], tokenDigest: [UInt8], tokenIDs: [Int]? = nil
    ) {
        self.id = id
        self.promptTokens = promptTokens
        self.decisions = decisions
        self.evictions = evictions
        self.negativeLogLikelihoods = negativeLogLikelihoods
        self.tokenDigest = tokenDigest
        self.tokenIDs = tokenIDs
    }

    /// Tokens in all: given and generated.
    public var tokens: Int { decisions.tokens }

    /// Slots a head holds after its first `count` tokens: those it neither merged nor dropped.
    public func slots(layer: Int, kvHead: Int, after count: Int) -> Int {
        decisions.slots(layer: layer, kvHead: kvHead, after: count)
            - (evictions?.dropped(layer: layer, kvHead: kvHead, after: count) ?? 0)
    }

    /// Positions whose slots a head holds after its first `count` tokens, rising: those dropped by then are gone, and those
    /// merged never had one.
    public func kept(layer: Int, kvHead: Int, after count: Int) -> [Int] {
        var isHeld = (0..<count).map { !decisions[layer, kvHead, $0] }
        for drop in evictions?[layer, kvHead] ?? [] where drop.token < count { isHeld[drop.position] = false }
        return isHeld.indices.filter { isHeld[$0] }
    }

    /// Slots every head holds at the end, `[layers][kvHeads]`.
    public var finalSlots: [[Int]] {
        (0..<decisions.layers).map { layer in
            (0..<decisions.kvHeads).map { slots(layer: layer, kvHead: $0, after: tokens) }
        }
    }
}
