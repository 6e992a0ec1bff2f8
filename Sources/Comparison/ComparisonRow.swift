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
    /// What to call that: its name, with the first digits of its fingerprint where another has that name too.
    public let modelName: String
    /// Whether that is the model that losses are counted from.
    public let isOnBaseline: Bool
    /// SHA-256 of its checkpoint, as the trace has it.
    public let checkpoint: String
    /// Of grouped heads, whether they were trained so as far as the checkpoint says; nil for any other model.
    public let isTrained: Bool?
    /// What a table calls it: `modelName`, and of grouped heads whether they were trained.
    public let modelLabel: String
    /// What that model is: plain, trained for what, or made how and untrained.
    public let modelNote: String
    /// Slots of a sequence at its end, over all heads.
    public let slots: Spread
    /// Bytes of a sequence's cache at its end, on the model that ran, in 16-bit numbers: keys and values in pages of 16
    /// slots, block tables, and the policy's own state.
    public let bytes: Spread
    /// Mean bytes over the plain model's.
    public let bytesShare: Double
    /// Slots of the plain model's cache over slots kept, at the ends of all prompts: Σ / Σ. Of fewer KV heads, too, all
    /// of the plain model's heads are counted.
    public let compressionRatio: Double
    /// Nats a predicted token, of the tokens behind the given ones or, where there are none, of all.
    public let meanNLL: Double
    /// Nats a predicted token above the plain model's; nil for the plain model itself, and where the row is untested.
    public let difference: PairedDifference?
    /// Whether all likelihoods come from before the policy's first cut, so that its loss is 0 by construction: under
    /// `prefill=full` and `prefill=only` a prompt is read with its whole cache.
    public let isUntested: Bool
    /// The projection for the GPU; nil where it was not asked for, or the policy cannot be planned.
    public let plan: PlanRow?
    /// The difference over positions; empty where `difference` is nil.
    public let byPosition: [PositionLoss]

    /// Whether the projection is for a cache of about the share that was kept when the loss was measured, within a
    /// quarter: sizes in slots are another share of a longer sequence.
    public var isPlannedAsMeasured: Bool {
        guard let plan else { return true }
        let ratio = plan.compressionRatio / compressionRatio
        return ratio < Self.alike && ratio > 1 / Self.alike
    }

    /// Shares that differ by less are about the same.
    public static let alike = 1.25

    /// Perplexity over the plain model's; nil where there is no difference, or it is beyond all numbers.
    public var perplexityRatio: Double? { difference.map { exp($0.mean) }.flatMap { $0.isFinite ? $0 : nil } }

    /// Share of the plain cache that is kept.
    public var kept: Double { 1 / compressionRatio }
}

/// What a policy loses at some positions of a sequence.
public struct PositionLoss: Hashable, Sendable, Codable {
    /// First position.
    public let from: Int
    /// Position behind the last.
    public let to: Int
    /// Mean position of the tokens that it is of.
    public let mean: Double
    /// Nats a predicted token above the plain model's, over the tokens at these positions.
    public let difference: Double
    /// Tokens it is a mean of.
    public let tokens: Int
    /// Prompts that have any of them.
    public let prompts: Int
}
