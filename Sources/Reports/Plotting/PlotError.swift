/// Why there is no picture. Its description is the one line a user sees.
public enum PlotError: Error, Equatable, Sendable, CustomStringConvertible {
    /// gnuplot could not be started, or failed; `reason` is its own word for it.
    case gnuplot(reason: String)

    public var description: String {
        switch self {
        case .gnuplot(let reason): "gnuplot: \(reason)"
        }
    }
}
