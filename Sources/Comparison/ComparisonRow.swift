import Capacity
import Descriptions
import Foundation

/// One policy at one budget: what it kept, what it lost, and what it buys.
public struct ComparisonRow: Sendable {
    /// The policy's word.
    public let policy: String
    /// When the policy starts to drop; nil where it never does.
    public let prefill: PrefillMode?
    /// The budget's word that it was made for; nil where the policy sets no limit.
    public let budget: String?
    /// The model it ran on.
    public let model: String
    /// What a table calls it: its name, and of grouped heads whether they were trained.
    public let modelLabel: String
    /// What that model is: plain, trained for what, or made how and untrained.
    public let modelNote: String
    /// Slots of a sequence at its end, over all heads.
    public let slots: Spread
    /// Bytes of those slots in 16 bit, keys and values, on the model that ran.
    public let bytes: Spread
    /// Slots of the plain cache over slots kept, at the ends of all prompts: Σ / Σ.
    public let compressionRatio: Double
    /// Nats a predicted token.
    public let meanNLL: Double
    /// Nats a predicted token above the plain model's; nil for the plain model itself.
    public let difference: PairedDifference?
    /// The projection for the GPU; nil where it was not asked for, or the policy cannot be planned.
    public let plan: PlanRow?
    /// The difference over positions.
    public let byPosition: [PositionLoss]

    /// Perplexity over the plain model's.
    public var perplexityRatio: Double? { difference.map { exp($0.mean) } }

    /// Share of the plain cache that is kept.
    public var kept: Double { 1 / compressionRatio }
}

/// What a policy loses at some positions of a sequence.
public struct PositionLoss: Hashable, Sendable, Codable {
    /// First position.
    public let from: Int
    /// Position behind the last.
    public let to: Int
    /// Nats a predicted token above the plain model's, over the tokens at these positions.
    public let difference: Double
    /// Tokens it is a mean of.
    public let tokens: Int
}
