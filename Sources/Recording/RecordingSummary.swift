import Inference

/// What a recording did.
public struct RecordingSummary: Sendable {
    /// Prompts in the trace.
    public let prompts: Int
    /// Those that were there before, from a recording that was resumed.
    public let earlierPrompts: Int
    /// Tokens fed in this run.
    public private(set) var tokens = 0
    /// Of them, tokens that were generated.
    public private(set) var generatedTokens = 0
    /// Tokens × heads decided on in this run.
    public private(set) var decisions = 0
    /// Slots at the ends of the sequences, over all heads.
    public private(set) var slots = 0
    /// Decisions so near their threshold that rounding could turn them.
    public private(set) var nearTies = 0
    /// How long this run took.
    public internal(set) var timing = RunTiming()
    private var negativeLogLikelihood = 0.0
    private var predictions = 0

    init(prompts: Int, earlierPrompts: Int) {
        self.prompts = prompts
        self.earlierPrompts = earlierPrompts
    }

    mutating func add(_ outcome: PromptOutcome) {
        tokens += outcome.tokens.count
        generatedTokens += outcome.tokens.count - outcome.promptTokens
        decisions += outcome.tokens.count * outcome.decisions.layers * outcome.decisions.kvHeads
        slots += outcome.slots.joined().reduce(0, +)
        nearTies += outcome.nearTies
        negativeLogLikelihood += outcome.negativeLogLikelihoods.reduce(0) { $0 + Double($1) }
        predictions += outcome.negativeLogLikelihoods.count
    }

    /// Tokens over slots, in every head; nil if this run recorded nothing.
    public var compressionRatio: Double? { slots > 0 ? Double(decisions) / Double(slots) : nil }

    /// Mean over predicted tokens, in nats; nil if this run predicted none.
    public var meanNegativeLogLikelihood: Double? {
        predictions > 0 ? negativeLogLikelihood / Double(predictions) : nil
    }
}
