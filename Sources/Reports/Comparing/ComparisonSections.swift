import Capacity
import Comparison

/// The part of a report that holds policies against each other: what each loses, what it buys, where it loses, and what
/// it keeps.
public struct ComparisonSections {
    let report: ComparisonReport
    let policies: [ComparedPolicy]

    /// The sections on a comparison that `command` asked for.
    public init(_ comparison: PolicyComparison, command: String? = nil) {
        report = ComparisonReport(comparison, command: command)
        policies = ComparedPolicy.all(of: comparison)
    }

    var comparison: PolicyComparison { report.comparison }

    /// The sections; those that need what the comparison has not are left out.
    /// - Parameter isLed: whether the answers in words stand elsewhere.
    public func sections(isLed: Bool = false) -> [Report.Section] {
        let answers = isLed ? [] : report.answers()
        let loss = Report.Section(
            heading: "Which policy loses least", paragraphs: answers + [basis],
            figures: [lossFigure()].compactMap { $0 },
            tables: [report.keptTable, report.modelTable])
        return [loss, gainSection(), positionSection(), keptSection()].compactMap { $0 }
    }

    /// All numbers of the comparison, exact, by the files' names.
    /// - Throws: `EncodingError` where a number is not finite.
    public func dataFiles() throws -> [String: String] {
        ["comparison.csv": report.csv(), "comparison.json": "\(try report.json())\n"]
    }

    /// The share of the cache that single figures are drawn at: the middle one of those that evictions keep.
    var middleShare: Double {
        let shares = policies.filter(\.evicts).flatMap(\.entries).map(\.row.kept).sorted()
        return shares.isEmpty ? 0.25 : shares[shares.count / 2]
    }

    private var basis: String {
        let prompts = comparison.baseline.prompts
        let tokens = prompts.reduce(0) { $0 + $1.tokens }
        let others = comparison.models.count > 1 ? " \(Self.otherWeights)" : ""
        return "Every policy ran on the same \(NumberText.grouped(prompts.count)) prompts, "
            + "\(NumberText.grouped(tokens)) tokens in all, and losses are over "
            + "\(NumberText.grouped(comparison.comparedTokens)) of them. A loss is in nats a predicted token above "
            + "\(comparison.rows[0].modelName) with its whole cache; intervals hold 95 % of "
            + "\(NumberText.grouped(PairedDifference.resamples)) paired bootstrap draws over prompts, seed "
            + "\(comparison.seed).\(others)"
    }

    private static let otherWeights =
        "The table names the model that each row ran on: part of what another one loses is its weights', not the smaller "
        + "cache's."
}
