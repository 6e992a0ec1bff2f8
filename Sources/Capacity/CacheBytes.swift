import Descriptions

/// Bytes that one sequence's cache takes, by what they are for.
public struct CacheBytes: Hashable, Sendable {
    /// Keys and values of the slots that are held, without the rest of their pages.
    public var logical: Int
    /// Keys and values, in whole pages.
    public var kv: Int
    /// DMC's open segments, or an eviction policy's scores.
    public var state: Int
    /// Block tables and lengths.
    public var tables: Int

    /// All that is taken: pages, state and tables.
    public var total: Int { kv + state + tables }

    /// No bytes.
    public static let zero = CacheBytes(logical: 0, kv: 0, state: 0, tables: 0)

    static func + (one: CacheBytes, other: CacheBytes) -> CacheBytes {
        CacheBytes(
            logical: one.logical + other.logical, kv: one.kv + other.kv, state: one.state + other.state,
            tables: one.tables + other.tables)
    }
}

extension CacheBytes {
    /// What the cache of a model that ran takes whose heads hold `slots` slots each, `[layers][kvHeads]`: in 16-bit
    /// numbers, in pages of 16 slots, with a table a head.
    public init(slots: [[Int]], policy: CachePolicy, configuration: ModelConfiguration) {
        let heads = slots.flatMap { $0 }
        self = SequenceMemory(policy: policy, configuration: configuration).bytes(
            slots: heads, heads: heads.map { _ in 1 }, longest: heads.max() ?? 0)
    }

    /// The mean of each part, rounded to whole bytes.
    /// - Precondition: there is at least one.
    static func mean(of all: [CacheBytes]) -> CacheBytes {
        func mean(_ part: KeyPath<CacheBytes, Int>) -> Int {
            Int((all.reduce(0) { $0 + Double($1[keyPath: part]) } / Double(all.count)).rounded())
        }
        return CacheBytes(logical: mean(\.logical), kv: mean(\.kv), state: mean(\.state), tables: mean(\.tables))
    }
}

extension CacheBytes: Encodable {
    enum CodingKeys: String, CodingKey {
        case logical = "logical_kv_bytes"
        case kv = "kv_bytes"
        case state = "state_bytes"
        case tables = "table_bytes"
        case total = "total_bytes"
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(logical, forKey: .logical)
        try fields.encode(kv, forKey: .kv)
        try fields.encode(state, forKey: .state)
        try fields.encode(tables, forKey: .tables)
        try fields.encode(total, forKey: .total)
    }
}
