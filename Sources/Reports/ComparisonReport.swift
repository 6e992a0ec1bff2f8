import Capacity
import Comparison
import Descriptions
import Foundation

/// What `compare` prints.
public struct ComparisonReport {
    let comparison: PolicyComparison

    /// The report on a comparison.
    public init(_ comparison: PolicyComparison) { self.comparison = comparison }

    /// The kernels that computed the runs, each once.
    var kernels: [String] { Set(comparison.runs.map(\.header.kernelSet)).sorted() }

    /// Budgets as the rows have them, in order; each with its rows.
    var groups: [(budget: String?, rows: [ComparisonRow])] {
        var groups: [(budget: String?, rows: [ComparisonRow])] = []
        for row in comparison.rows {
            if let index = groups.firstIndex(where: { $0.budget == row.budget }) {
                groups[index].rows.append(row)
            } else {
                groups.append((row.budget, [row]))
            }
        }
        return groups
    }
}
