/// One prompt of a recording in figures.
public struct PromptSummary: Equatable, Sendable {
    /// The prompt's name.
    public let id: String
    /// Tokens that were given.
    public let promptTokens: Int
    /// Tokens in all: given and generated.
    public let tokens: Int
    /// Slots every head holds after the given tokens, `[layers][kvHeads]`.
    public let promptSlots: [[Int]]
    /// Slots every head holds at the end, `[layers][kvHeads]`.
    public let slots: [[Int]]
    /// Negative log-likelihood in nats summed over the predicted tokens among the given ones.
    public let promptLikelihoodSum: Double
    /// Negative log-likelihood in nats summed over all predicted tokens.
    public let likelihoodSum: Double

    /// The figures of a prompt.
    public init(_ prompt: PromptTrace) {
        let decisions = prompt.decisions
        id = prompt.id
        promptTokens = prompt.promptTokens
        tokens = prompt.tokens
        promptSlots = (0..<decisions.layers).map { layer in
            (0..<decisions.kvHeads).map {
                prompt.slots(layer: layer, kvHead: $0, after: prompt.promptTokens)
            }
        }
        slots = prompt.finalSlots
        let likelihoods = prompt.negativeLogLikelihoods
        promptLikelihoodSum = likelihoods.prefix(max(0, prompt.promptTokens - 1)).reduce(0) { $0 + Double($1) }
        likelihoodSum = likelihoods.reduce(0) { $0 + Double($1) }
    }

    /// Tokens that were generated.
    public var generatedTokens: Int { tokens - promptTokens }

    /// Slots of all heads at the end.
    public var totalSlots: Int { slots.total }

    /// Slots of all heads after the given tokens.
    public var totalPromptSlots: Int { promptSlots.total }

    /// Tokens over slots, over all heads.
    public var compressionRatio: Double { Double(tokens * heads) / Double(totalSlots) }

    /// Tokens over slots of the given part.
    public var promptCompressionRatio: Double { Double(promptTokens * heads) / Double(totalPromptSlots) }

    /// Generated tokens over the slots they added; nil where none was generated, or none added.
    public var generatedCompressionRatio: Double? {
        let added = totalSlots - totalPromptSlots
        return added <= 0 ? nil : Double(generatedTokens * heads) / Double(added)
    }

    /// Mean negative log-likelihood of the predicted tokens, in nats; nil where the prompt is a single token.
    public var meanNegativeLogLikelihood: Double? { tokens < 2 ? nil : likelihoodSum / Double(tokens - 1) }

    /// Tokens over slots of one head.
    public func compressionRatio(layer: Int, kvHead: Int) -> Double { Double(tokens) / Double(slots[layer][kvHead]) }

    /// Heads in all layers.
    var heads: Int { slots.reduce(0) { $0 + $1.count } }
}

extension [[Int]] {
    var total: Int { reduce(0) { $0 + $1.reduce(0, +) } }
}
