/// Seconds of one step of a batch, in named parts. Their sum is never all that is kept.
public struct StepTime: Hashable, Sendable, Codable {
    /// What a step is made of, in the order it runs.
    public var parts: [OperationTime]

    /// A step by its parts.
    public init(parts: [OperationTime]) { self.parts = parts }

    /// Seconds of the whole step.
    public var seconds: Double { parts.reduce(0) { $0 + $1.seconds } }

    /// Steps one after another, part by part.
    static func total(of steps: [StepTime]) -> StepTime {
        let all = steps.flatMap(\.parts)
        return StepTime(
            parts: OperationTime.Part.allCases.compactMap { part in
                let times = all.filter { $0.part == part }
                return times.dropFirst().reduce(times.first) { $0?.followed(by: $1) }
            })
    }

    /// The part of that name.
    public subscript(part: OperationTime.Part) -> OperationTime? { parts.first { $0.part == part } }
}

/// Seconds of one kind of operation in a step: the larger of its memory time and its compute time, and what it costs
/// beside.
public struct OperationTime: Hashable, Sendable, Codable {
    /// The kinds of operation.
    public enum Part: String, Sendable, Codable, CaseIterable {
        /// The four projections of attention.
        case projections
        /// Scores and sums over the cache.
        case attention
        /// What an eviction policy needs of the probabilities, which flash attention never writes.
        case probabilities
        /// The three products of the MLP.
        case mlp
        /// The output layer.
        case output
        /// The sums across GPUs.
        case allReduce = "all_reduce"
        /// Launches, norms, scheduling, sampling.
        case overhead
    }

    /// What an operation waits for.
    public enum Bound: String, Sendable, Codable {
        case memory, compute, interconnect, fixed
    }

    /// Which operation this is.
    public var part: Part
    /// Seconds that its bytes take: from memory (of attention from the second-level cache, where that is slower), or over
    /// the interconnect for `allReduce`.
    public var memorySeconds: Double
    /// Seconds that its arithmetic takes.
    public var computeSeconds: Double
    /// Seconds that it takes beside: launches, and the time in which only a part of the GPU has work.
    public var fixedSeconds: Double

    /// An operation by its times.
    public init(_ part: Part, memorySeconds: Double = 0, computeSeconds: Double = 0, fixedSeconds: Double = 0) {
        self.part = part
        self.memorySeconds = memorySeconds
        self.computeSeconds = computeSeconds
        self.fixedSeconds = fixedSeconds
    }

    /// This operation and then another of its kind. What the smaller of the two times of either hides behind the larger
    /// is dropped, so that the sum's `seconds` are the sum of both.
    func followed(by other: OperationTime) -> OperationTime {
        let isMemory = max(memorySeconds, other.memorySeconds) >= max(computeSeconds, other.computeSeconds)
        let sum = max(memorySeconds, computeSeconds) + max(other.memorySeconds, other.computeSeconds)
        let least = min(memorySeconds, computeSeconds) + min(other.memorySeconds, other.computeSeconds)
        return OperationTime(
            part, memorySeconds: isMemory ? sum : least, computeSeconds: isMemory ? least : sum,
            fixedSeconds: fixedSeconds + other.fixedSeconds)
    }

    /// Adds each of another operation's times to this one's.
    mutating func add(_ other: OperationTime) {
        memorySeconds += other.memorySeconds
        computeSeconds += other.computeSeconds
        fixedSeconds += other.fixedSeconds
    }

    /// Multiplies each of its times.
    mutating func scale(by factor: Double) {
        memorySeconds *= factor
        computeSeconds *= factor
        fixedSeconds *= factor
    }

    /// Seconds in all: the roofline of Williams et al. (2009), and the fixed cost.
    public var seconds: Double { max(memorySeconds, computeSeconds) + fixedSeconds }

    /// Which of its times is the largest.
    public var bound: Bound {
        if fixedSeconds >= max(memorySeconds, computeSeconds) { return .fixed }
        if computeSeconds > memorySeconds { return .compute }
        return part == .allReduce ? .interconnect : .memory
    }

    enum CodingKeys: String, CodingKey {
        case part
        case memorySeconds = "memory_seconds"
        case computeSeconds = "compute_seconds"
        case fixedSeconds = "fixed_seconds"
    }
}
