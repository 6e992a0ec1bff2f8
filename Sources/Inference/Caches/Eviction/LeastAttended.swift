/// TOVA (Oren et al., 2024): a layer drops the token to which the newest query, averaged over all heads, attends least.
public struct LeastAttended: EvictionRule {
    /// Slots kept, at least 1.
    public let slots: Int
    /// Newest tokens that are spared, 0 (as published) or 1 (as kvpress does).
    public let protected: Int

    /// A rule that keeps `slots` slots.
    public init(slots: Int, protected: Int = 0) {
        self.slots = slots
        self.protected = protected
    }

    public var budget: Int { slots }
    public var scoring: EvictionScoring { .latest }
    public var isLayerWide: Bool { true }
    public func mayDrop(position: Int, newest: Int) -> Bool { position <= newest - protected }
}
