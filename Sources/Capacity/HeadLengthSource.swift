/// Where a plan takes the lengths of DMC's heads from.
public enum HeadLengthSource: Hashable, Sendable {
    /// Recorded decisions, as they are: `recorded` on the model of the trace, `scaled` on any other.
    case trace(RecordedTrace)
    /// Recorded decisions, every head's append rate r made r^γ with the one γ that gives this compression ratio.
    case traceAtRatio(RecordedTrace, ratio: Double)
    /// Every head alike at this compression ratio: `uniform`.
    case ratio(Double)

    /// The source that traces and a ratio, given or not, make together; nil where there is neither.
    /// - Throws: `FileError`, `TraceError`, `CapacityError.request` for the traces.
    public init?(traces paths: [String], ratio: Double?) throws {
        switch (paths.isEmpty, ratio) {
        case (true, nil): return nil
        case (true, let ratio?): self = .ratio(ratio)
        case (false, nil): self = .trace(try RecordedTrace(paths: paths))
        case (false, let ratio?): self = .traceAtRatio(try RecordedTrace(paths: paths), ratio: ratio)
        }
    }

    /// The recording, if there is one.
    public var trace: RecordedTrace? {
        switch self {
        case .trace(let trace), .traceAtRatio(let trace, _): trace
        case .ratio: nil
        }
    }

    /// The compression ratio that is asked for, if one is.
    public var ratio: Double? {
        switch self {
        case .trace: nil
        case .traceAtRatio(_, let ratio), .ratio(let ratio): ratio
        }
    }
}
