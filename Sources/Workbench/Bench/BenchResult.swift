/// One measurement: how fast something is, and how near that comes to what the machine allows.
public struct BenchResult: Codable, Equatable, Sendable {
    /// What bounds a rate.
    public enum Limit: String, Codable, Sendable {
        /// Bytes that must be read, over the read bandwidth of all threads.
        case memory
        /// Operations, over the peak of matrix products.
        case compute
        /// The same work without what is measured.
        case without
    }

    /// What was measured, in parts between slashes, such as `decode/1.1b/bfloat16/full/batch=1/context=128`.
    public var name: String
    /// Units a second, the median of the runs.
    public var rate: Double
    /// What is counted: tokens, decisions, projections, runs.
    public var unit: String
    /// Runs that the median is of.
    public var runs: Int
    /// What bounds the rate; nil where nothing that is measured here does.
    public var limit: Limit?
    /// The rate at that bound.
    public var limitRate: Double?

    /// A result by its parts; see the properties.
    public init(
        name: String, rate: Double, unit: String, runs: Int, limit: Limit? = nil, limitRate: Double? = nil
    ) {
        self.name = name
        self.rate = rate
        self.unit = unit
        self.runs = runs
        self.limit = limit
        self.limitRate = limitRate
    }

    /// The rate over its bound.
    public var share: Double? { limitRate.map { rate / $0 } }
}
