/// How many sequences fit, by how sure one must be that they do.
public struct BatchOdds: Hashable, Sendable, Encodable {
    /// Copies of the prompt that needs most: they fit for certain.
    public var worst: Int
    /// Prompts drawn with replacement that fit with probability 0.5.
    public var p50: Int
    /// The same with 0.99.
    public var p99: Int
    /// The same with 0.999.
    public var p999: Int

    init(_ capacity: BatchCapacity) {
        worst = capacity.worstCase
        p50 = capacity.largest(probability: 0.5)
        p99 = capacity.largest(probability: 0.99)
        p999 = capacity.largest(probability: 0.999)
    }
}
