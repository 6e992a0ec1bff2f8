import Capacity
import Comparison
import Descriptions
import Foundation

/// What `compare` prints.
public final class ComparisonReport {
    let comparison: PolicyComparison
    /// The command line that asked for it; nil where that is not known.
    let command: String?
    private lazy var knownPayoffs = Result { try comparison.payoffs() }

    /// The report on a comparison.
    /// - Parameter command: the command line that asked for it.
    public init(_ comparison: PolicyComparison, command: String? = nil) {
        self.comparison = comparison
        self.command = command
    }

    /// Where policies pay, planned once for all that is printed.
    /// - Throws: as `Planner`.
    func payoffs() throws -> [Payoff] { try knownPayoffs.get() }

    /// The kernels that computed the runs, each once.
    var kernels: [String] { Set(comparison.runs.map(\.header.kernelSet)).sorted() }
}
