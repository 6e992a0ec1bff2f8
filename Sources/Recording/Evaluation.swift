import Descriptions
import Inference

/// How well a model predicts prompts under a policy, and what its cache held. Encodes as `evaluate`'s JSON.
public struct Evaluation: Encodable, Sendable {
    /// One prompt's figures.
    public struct PromptScore: Encodable, Sendable {
        /// The prompt's name.
        public let id: String
        /// Its tokens.
        public let tokens: Int
        /// Nats of each predicted token: `tokens − 1`.
        public let nll: [Float]
        /// Slots at the end, `[layers][kvHeads]`.
        public let slots: [[Int]]
        /// Σ tokens / Σ slots over all heads.
        public let compressionRatio: Double
        /// Mean of `nll`; nil where nothing was predicted.
        public let meanNLL: Double?

        enum CodingKeys: String, CodingKey {
            case id, tokens, nll, slots
            case compressionRatio = "compression_ratio"
            case meanNLL = "mean_nll"
        }
    }

    /// The model's name.
    public let model: String
    /// Of a model with grouped KV heads, whether it was trained so; nil for any other.
    public let grouping: String?
    /// SHA-256 that stands for its checkpoint.
    public let fingerprint: String
    /// The policy that ran.
    public let policy: String
    /// Whether all is scored before the policy's first cut, so that the likelihoods are the plain cache's.
    public var isUntested: Bool { readsPromptsWhole && !isScoredBehindCut }
    private let readsPromptsWhole: Bool
    private var isScoredBehindCut = false
    /// How products were computed.
    public let arithmetic: ArithmeticMode
    /// The prompts, in order.
    public internal(set) var prompts: [PromptScore] = []
    /// Mean over predicted tokens, in nats; nil where nothing was predicted.
    public var meanNLL: Double? {
        let count = prompts.reduce(0) { $0 + $1.nll.count }
        return count > 0 ? prompts.reduce(0) { $0 + $1.nll.sum } / Double(count) : nil
    }
    /// Σ tokens / Σ slots over all prompts and heads.
    public var compressionRatio: Double { Double(decisions) / Double(max(1, slots)) }
    /// Tokens × heads.
    public internal(set) var decisions = 0
    /// Slots at the ends of the prompts.
    public internal(set) var slots = 0
    /// Decisions so near their threshold that rounding could turn them.
    public internal(set) var nearTies = 0
    /// How long it took; not encoded, since it differs from run to run.
    public internal(set) var timing = RunTiming()

    /// Tokens of all prompts.
    public var tokens: Int { prompts.reduce(0) { $0 + $1.tokens } }

    init(model: LoadedModel, options: RunOptions) {
        self.model = model.checkpoint.name
        grouping = model.llama.configuration.grouping
        fingerprint = model.checkpoint.fingerprint
        policy = options.policy.description
        readsPromptsWhole = options.policy.readsPromptsWhole
        arithmetic = options.arithmetic
    }

    mutating func add(_ outcome: PromptOutcome) {
        let heads = outcome.decisions.layers * outcome.decisions.kvHeads
        let held = outcome.slots.joined().reduce(0, +)
        let nll = outcome.negativeLogLikelihoods
        prompts.append(
            PromptScore(
                id: outcome.id, tokens: outcome.tokens.count, nll: nll, slots: outcome.slots,
                compressionRatio: Double(outcome.tokens.count * heads) / Double(held),
                meanNLL: nll.isEmpty ? nil : nll.sum / Double(nll.count)))
        // The first token behind the given ones is predicted before the cut.
        if outcome.tokens.count > outcome.promptTokens + 1 { isScoredBehindCut = true }
        decisions += outcome.tokens.count * heads
        slots += held
        nearTies += outcome.nearTies
    }

    enum CodingKeys: String, CodingKey {
        case model, grouping, fingerprint, policy, arithmetic, prompts, decisions
        case isUntested = "untested"
        case meanNLL = "mean_nll"
        case compressionRatio = "compression_ratio"
        case nearTies = "near_ties"
    }

    /// Encodes the fields above, computed ones included.
    public func encode(to encoder: Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encodeIfPresent(grouping, forKey: .grouping)
        try container.encode(fingerprint, forKey: .fingerprint)
        try container.encode(policy, forKey: .policy)
        try container.encode(isUntested, forKey: .isUntested)
        try container.encode(arithmetic, forKey: .arithmetic)
        try container.encode(prompts, forKey: .prompts)
        try container.encode(decisions, forKey: .decisions)
        try container.encode(nearTies, forKey: .nearTies)
        try container.encode(meanNLL, forKey: .meanNLL)
        try container.encode(compressionRatio, forKey: .compressionRatio)
    }
}

extension [Float] {
    /// Summed in double precision.
    var sum: Double { reduce(0) { $0 + Double($1) } }
}
