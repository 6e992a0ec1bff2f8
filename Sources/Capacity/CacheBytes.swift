/// Bytes that one sequence's cache takes, by what they are for.
public struct CacheBytes: Hashable, Sendable {
    /// Keys and values, in whole pages.
    public var kv: Int
    /// DMC's open segments, or an eviction policy's scores.
    public var state: Int
    /// Block tables and lengths.
    public var tables: Int

    /// All of it.
    public var total: Int { kv + state + tables }

    /// No bytes.
    public static let zero = CacheBytes(kv: 0, state: 0, tables: 0)

    static func + (one: CacheBytes, other: CacheBytes) -> CacheBytes {
        CacheBytes(kv: one.kv + other.kv, state: one.state + other.state, tables: one.tables + other.tables)
    }
}
