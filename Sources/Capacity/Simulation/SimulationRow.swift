import Descriptions

/// What one variant's service of a workload came to: projected, nothing in it is measured. Times are in seconds.
public struct SimulationRow: Hashable, Sendable, Encodable {
    // MARK: Inputs

    /// The policy's word as it was given.
    public var policy: String
    /// Whether grouped KV heads were trained so; nil where every query head has its own.
    public var groupTraining: GroupTraining?
    /// Name of the model.
    public var model: String
    /// Name of the GPU.
    public var gpu: String
    /// GPUs of each replica.
    public var gpus: Int
    /// Engines that serve side by side.
    public var replicas: Int
    /// Which replica a request goes to.
    public var dispatch: SimulationSettings.Dispatch
    /// Where head lengths come from.
    public var source: PlanRow.Source
    /// Slots of a page.
    public var pageSlots: Int
    /// Bytes of a page.
    public var pageBytes: Int
    /// Pages of each GPU.
    public var pagesPerGPU: Int

    // MARK: Requests

    /// Requests that came.
    public var requests: Int
    /// Requests whose tokens were all generated.
    public var completed: Int
    /// Requests rejected as longer than the model's context.
    public var overContext: Int
    /// Requests rejected because a replica's whole memory could not hold them.
    public var neverFits: Int
    /// Requests that outgrew the recording whose decisions they follow.
    public var extended: Int
    /// Times that a request's pages were taken away.
    public var preemptions: Int
    /// Requests to which that happened.
    public var preemptedRequests: Int
    /// Tokens that were run again for that.
    public var recomputedTokens: Int

    // MARK: Rates

    /// Requests a second that came and were taken on; nil where all came at once.
    public var arrivalRate: Double?
    /// From the first arrival to the last token.
    public var seconds: Double
    /// Requests completed a second.
    public var requestThroughput: Double
    /// Tokens generated a second.
    public var throughputTokensPerSecond: Double
    /// Tokens of completed requests' prompts and generations a second.
    public var totalTokensPerSecond: Double
    /// Whether requests came faster than they could be served: most waited longer for their first step than they were
    /// served after it.
    public var isSaturated: Bool
    /// Requests that waited for their first step when the last one came.
    public var backlog: Int

    // MARK: Latencies

    /// Time to first token, queueing included.
    public var ttft: LatencySummary?
    /// Time per output token after the first, one a request.
    public var tpot: LatencySummary?
    /// Times between two tokens of a request, all of them.
    public var gap: LatencySummary?
    /// From arrival to last token.
    public var latency: LatencySummary?

    // MARK: Goodput

    /// The limit of TTFT.
    public var sloTtft: Double
    /// The limit of TPOT.
    public var sloTpot: Double
    /// Share of the requests taken on that met both; nil where none was.
    public var attainment: Double?
    /// Requests a second that met both.
    public var goodput: Double
    /// Highest rate per GPU at which the share that was asked for meets both, if it was looked for and there is one.
    public var highestRatePerGPU: Double?
    /// Fewest replicas that serve the workload so, if they were looked for and there are.
    public var replicasNeeded: Int?
    /// Dollars per million tokens generated, at the price that was given.
    public var dollarsPerMillionTokens: Double?
    /// The same at the highest rate.
    public var dollarsPerMillionTokensAtHighestRate: Double?

    // MARK: Use

    /// Steps of all replicas.
    public var steps: Int
    /// Share of the time that replicas were busy, mean over them.
    public var busy: Double
    /// Pages taken, mean over time, as a share of those there are.
    public var meanPagesShare: Double
    /// The most that were taken, as a share of those there are.
    public var peakPagesShare: Double
    /// Sequences that ran, mean over time, all replicas together.
    public var meanRunning: Double
    /// The most that ran.
    public var peakRunning: Int
    /// Requests that waited, mean over time.
    public var meanWaiting: Double
    /// The GPU whose efficiencies the times use.
    public var efficienciesOf: String
    /// What a reader must know, in plain sentences.
    public var notes: [String]
}
