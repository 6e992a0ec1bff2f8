/// Which slots an eviction policy drops. Of the slots that it may drop, the one with the least score goes; of equal
/// scores, the oldest.
public protocol EvictionRule: Sendable {
    /// Slots held after a token; the token itself attends to one more.
    var budget: Int { get }
    /// What a slot's score is.
    var scoring: EvictionScoring { get }
    /// Whether all heads of a layer drop the same tokens, scored by all together.
    var isLayerWide: Bool { get }
    /// How many first tokens move along with a cache whose positions are those within it; 0 where every key keeps the
    /// position of its token. What lies behind these must be consecutive tokens up to the newest.
    var slidingSinks: Int { get }
    /// Whether the token at `position` may be dropped when the newest is at `newest`.
    func mayDrop(position: Int, newest: Int) -> Bool
}

/// What a slot's score is made of.
public enum EvictionScoring: Sendable {
    /// The probability it has received from all queries since it entered, its own included.
    case accumulated
    /// The probability it received from the newest query.
    case latest
    /// Nothing: the oldest goes.
    case none
}

extension EvictionRule {
    /// Each head for itself, unless a rule says otherwise.
    public var isLayerWide: Bool { false }
    /// Keys keep the position of their token, unless a rule says otherwise.
    public var slidingSinks: Int { 0 }
}
