/// What a run of some work needs at the least, whatever the program: what its speed is held to.
public struct BenchNeeds: Encodable, Equatable, Sendable {
    /// Bytes that it must read.
    public var bytes: Double
    /// Operations, a multiply-add being two.
    public var operations: Double
    /// Whether they are of bfloat16 numbers.
    public var isNarrow: Bool
    /// Whether one core does it, which has its part of all cores' limits.
    public var isOneCore: Bool

    /// Needs by their values; see the properties.
    public init(bytes: Double, operations: Double = 0, isNarrow: Bool = false, isOneCore: Bool = false) {
        self.bytes = bytes
        self.operations = operations
        self.isNarrow = isNarrow
        self.isOneCore = isOneCore
    }

    /// The least seconds of a run that `limits` allow, and which of them binds; nil where nothing is needed.
    func bound(_ limits: MachineLimits) -> (limit: BenchResult.Limit, seconds: Double)? {
        let memory = limits.reading(bytes)
        let compute = operations / limits.peak(isNarrow: isNarrow)
        let seconds = max(memory.seconds, compute) * Double(isOneCore ? limits.threads : 1)
        guard seconds > 0 else { return nil }
        return (memory.seconds > compute ? memory.limit : .compute, seconds)
    }
}
