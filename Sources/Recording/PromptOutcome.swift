import Traces

/// What came of running one prompt.
public struct PromptOutcome: Sendable {
    /// The prompt's name.
    public let id: String
    /// All tokens, the given ones first.
    public let tokens: [Int]
    /// How many of them were given.
    public let promptTokens: Int
    /// Negative log-likelihood in nats of tokens 1….
    public let negativeLogLikelihoods: [Float]
    /// Every head's decisions.
    public let decisions: DecisionBits
    /// What was dropped; nil under a policy that drops nothing.
    public let evictions: EvictionLog?
    /// Decisions so near their threshold that rounding could turn them.
    public let nearTies: Int
    /// Slots each head held at the end, `[layers][kvHeads]`.
    public let slots: [[Int]]
}

/// How far a run is.
public struct RunProgress: Sendable {
    /// Prompts done, those of an earlier run included.
    public let done: Int
    /// Prompts in all.
    public let total: Int
    /// Name of the prompt that ended last; nil before the first has.
    public let last: String?
}

/// The run was ended before its last prompt. Its description is the one line a user sees.
public struct Interrupted: Error, Equatable, Sendable, CustomStringConvertible {
    /// Prompts that were done.
    public let done: Int
    /// Prompts in all.
    public let total: Int
    /// What a user can do about it; nil if there is nothing to go on from.
    public var advice: String?

    /// The error in one line.
    public var description: String {
        "interrupted after \(done) of \(total) prompts" + (advice.map { "; \($0)" } ?? "")
    }
}
