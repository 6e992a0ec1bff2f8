/// StreamingLLM (Xiao et al., 2023): the first tokens and the newest ones.
public struct SinksAndWindow: EvictionRule {
    /// First tokens kept.
    public let sinks: Int
    /// Newest tokens kept.
    public let window: Int
    /// True for StreamingLLM as published; false keeps original positions.
    public let usesCachePositions: Bool

    /// A rule that keeps `sinks + window` slots, at least 1.
    public init(sinks: Int, window: Int, usesCachePositions: Bool) {
        self.sinks = sinks
        self.window = window
        self.usesCachePositions = usesCachePositions
    }

    public var budget: Int { sinks + window }
    public var scoring: EvictionScoring { .none }
    public var slidingSinks: Int { usesCachePositions ? sinks : 0 }
    public func mayDrop(position: Int, newest: Int) -> Bool { position >= sinks }
}
