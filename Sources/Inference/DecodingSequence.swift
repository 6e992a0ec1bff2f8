/// One sequence under way: its cache, and how many tokens it has seen.
public final class DecodingSequence {
    /// What it remembers.
    public let cache: any KVCache
    /// Tokens fed so far: the position of the next.
    public internal(set) var position = 0

    /// A sequence that has seen nothing.
    public init(cache: any KVCache) { self.cache = cache }
}
