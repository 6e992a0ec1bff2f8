import Capacity
import Comparison
import Descriptions
import Foundation

/// What `compare` prints.
public struct ComparisonReport {
    let comparison: PolicyComparison
    /// The command line that asked for it; nil where that is not known.
    let command: String?

    /// The report on a comparison.
    /// - Parameter command: the command line that asked for it.
    public init(_ comparison: PolicyComparison, command: String? = nil) {
        self.comparison = comparison
        self.command = command
    }

    /// The kernels that computed the runs, each once.
    var kernels: [String] { Set(comparison.runs.map(\.header.kernelSet)).sorted() }
}
