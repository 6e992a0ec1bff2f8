import Recording

/// How far a comparison that records for itself is.
public struct ComparisonProgress: Sendable {
    /// The run under way, counted from 0.
    public let run: Int
    /// Runs in all.
    public let runs: Int
    /// The model and the policy of the run.
    public let name: String
    /// How far that run is.
    public let prompts: RunProgress

    /// For people.
    public var text: String {
        "run \(run + 1) of \(runs): \(name), \(prompts.done) of \(prompts.total) prompts"
    }
}
