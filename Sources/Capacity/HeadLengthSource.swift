/// Where a plan takes the lengths of DMC's heads from.
public enum HeadLengthSource: Sendable {
    /// Recorded decisions, as they are: `recorded` on the model of the trace, `scaled` on any other.
    case trace(RecordedTrace)
    /// Recorded decisions, every head's append rate r made r^γ with the one γ that gives this compression ratio.
    case traceAtRatio(RecordedTrace, ratio: Double)
    /// Every head alike at this compression ratio: `uniform`.
    case ratio(Double)

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
