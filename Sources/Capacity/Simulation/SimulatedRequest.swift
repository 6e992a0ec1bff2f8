/// What became of one request. Times are seconds after the workload's start.
public struct SimulatedRequest: Hashable, Sendable {
    /// How it ended.
    public enum Outcome: String, Sendable, Codable {
        /// All its tokens were generated.
        case completed
        /// Rejected: longer than the context that the model knows.
        case overContext = "over_context"
        /// Rejected: at its peak it needs more pages than a replica has.
        case neverFits = "never_fits"
        /// The simulation was stopped before it ended.
        case unfinished
    }

    /// What was asked for.
    public var request: Workload.Request
    /// How it ended.
    public var outcome = Outcome.unfinished
    /// The replica that served it.
    public var replica: Int?
    /// When its prompt was first run.
    public var started: Double?
    /// When its first token came.
    public var firstToken: Double?
    /// When its newest token came; the last one where it is completed.
    public var lastToken: Double?
    /// Longest time between two of its tokens.
    public var longestGap: Double?
    /// Seconds that it was not run for: before its first step, and after its pages were taken away.
    public var waitedSeconds = 0.0
    /// Requests that waited when it arrived; nil where it has not.
    public var waitingAtArrival: Int?
    /// How often its pages were taken away, so that it had to start over.
    public var preemptions = 0
    /// Tokens that were run again for that.
    public var recomputedTokens = 0
    /// The recorded prompt whose decisions it follows; nil under a policy without recordings.
    public var recordedPrompt: Int?
    /// Tokens of that recording, where the sequence outgrew it.
    public var extendedFrom: Int?

    /// A request of which nothing is known yet.
    package init(_ request: Workload.Request) { self.request = request }

    /// Seconds from its arrival to its first token.
    public var ttft: Double? { firstToken.map { $0 - request.arrival } }

    /// Seconds from its arrival to its last token, where it is completed.
    public var latency: Double? {
        guard outcome == .completed, let lastToken else { return nil }
        return lastToken - request.arrival
    }

    /// Seconds per output token after the first, where it is completed and has more than one.
    public var tpot: Double? {
        guard let latency, let ttft, request.newTokens > 1 else { return nil }
        return (latency - ttft) / Double(request.newTokens - 1)
    }

    /// Whether it waited longer than it was served, where it is completed.
    var mostlyWaited: Bool { latency.map { waitedSeconds > $0 - waitedSeconds } ?? false }

    /// Whether the service took it on.
    public var isAccepted: Bool { outcome == .completed || outcome == .unfinished }

    /// Whether it was completed as the objective asks.
    public func meets(_ objective: ServiceObjective) -> Bool {
        guard outcome == .completed, let ttft else { return false }
        return ttft <= objective.ttftSeconds && (tpot ?? 0) <= objective.tpotSeconds
    }
}
