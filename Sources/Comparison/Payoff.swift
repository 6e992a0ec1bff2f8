/// Where a policy pays on the GPU that is planned for: where it is at least 5 % faster than the plain cache. Below that
/// a projection's error is larger.
public struct Payoff: Hashable, Sendable {
    /// What to call the model that ran.
    public let model: String
    /// The policy's word, on the planned model.
    public let policy: String
    /// Sequences of the planned length that fit with the plain cache; 0 where none does.
    public let plainFits: Int
    /// The same with the policy.
    public let fits: Int
    /// Whether the weights, the plain ones and the policy's, leave no room for any cache.
    public let lacksRoom: Bool
    /// The batches, of those that fit with both, at which a decode step is shorter, at the planned lengths; nil where
    /// there is none.
    public let batches: Stretch?
    /// The contexts in tokens, of those in `contextsLookedAt`, at which throughput is higher, each at its own largest
    /// batch, or at which only the policy fits; nil where there is none.
    public let contexts: Stretch?
    /// The contexts that were looked at, in tokens: of at least one of the two a sequence fits. Nil where there is none.
    public let contextsLookedAt: Stretch?

    /// Whether it pays nowhere, and that can be told: something fits.
    public var never: Bool { batches == nil && contexts == nil && contextsLookedAt != nil }
}
