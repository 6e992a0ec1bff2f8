/// H2O (Zhang et al., 2023, algorithm 1): a head keeps its newest slots, and of the others those that have received most
/// attention. In a grouped-query model the probabilities of the group's query heads are summed (our choice; the
/// authors' code has no such form).
public struct HeavyHitters: EvictionRule {
    /// Slots kept for their scores.
    public let heavy: Int
    /// Newest slots, kept whatever their scores.
    public let recent: Int

    /// A rule that keeps `heavy + recent` slots, at least 1.
    public init(heavy: Int, recent: Int) {
        self.heavy = heavy
        self.recent = recent
    }

    public var budget: Int { heavy + recent }
    public var scoring: EvictionScoring { .accumulated }
    public func mayDrop(position: Int, newest: Int) -> Bool { position <= newest - recent }
}
