import Descriptions

/// What one variant's service of a workload came to: projected, nothing in it is measured. Times are in seconds.
public struct SimulationRow: Hashable, Sendable, Encodable {
    /// How a service stands.
    public enum State: String, Sendable, Codable {
        /// Requests leave as fast as they come.
        case keepsUp = "keeps up"
        /// Requests come faster than they can be served.
        case saturated
        /// No request was served.
        case servesNone = "serves none"
    }

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
    public var requests: Int = 0
    /// Requests whose tokens were all generated.
    public var completed: Int = 0
    /// Requests rejected as longer than the model's context.
    public var overContext: Int = 0
    /// Requests rejected because a replica's whole memory could not hold them.
    public var neverFits: Int = 0
    /// Requests that outgrew the recording whose decisions they follow.
    public var extended: Int = 0
    /// Times that a request's pages were taken away.
    public var preemptions: Int = 0
    /// Requests to which that happened.
    public var preemptedRequests: Int = 0
    /// Tokens that were run again for that.
    public var recomputedTokens: Int = 0

    // MARK: Rates

    /// Requests a second that came and were taken on; nil where all came at once.
    public var arrivalRate: Double?
    /// From the first arrival to the last token.
    public var seconds: Double = 0
    /// Requests completed a second.
    public var requestThroughput: Double = 0
    /// Tokens generated a second.
    public var throughputTokensPerSecond: Double = 0
    /// Tokens of completed requests' prompts and generations a second.
    public var totalTokensPerSecond: Double = 0
    /// How the service stands, in a word.
    public var state = State.keepsUp
    /// Whether requests came faster than they could be served.
    public var isSaturated = false
    /// Why requests came faster than they could be served, in words: most waited longer than they were served, or many
    /// lost their pages, or the queue kept growing. Nil where the service keeps up.
    public var saturation: String?
    /// Requests that waited for their first step when the last one came.
    public var backlog: Int = 0

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
    public var sloTtft: Double = 0
    /// The limit of TPOT.
    public var sloTpot: Double = 0
    /// Share of the requests taken on that met both; nil where none was.
    public var attainment: Double?
    /// Share of all requests that met both, those that were rejected included.
    public var attainmentOfAll = 0.0
    /// Requests a second that met both.
    public var goodput: Double = 0
    /// Highest rate per GPU, of requests taken on, at which the share of them that was asked for meets both, if it was
    /// looked for and there is one.
    public var highestRatePerGPU: Double?
    /// Fewest replicas that serve the requests taken on so, if they were looked for and there are.
    public var replicasNeeded: Int?
    /// Dollars per million tokens generated, at the price that was given.
    public var dollarsPerMillionTokens: Double?
    /// The same at the highest rate.
    public var dollarsPerMillionTokensAtHighestRate: Double?

    // MARK: Use

    /// Steps of all replicas.
    public var steps: Int = 0
    /// Share of the time that replicas were busy, mean over them.
    public var busy: Double = 0
    /// Pages taken, mean over time, as a share of those there are.
    public var meanPagesShare: Double = 0
    /// The most that were taken, as a share of those there are.
    public var peakPagesShare: Double = 0
    /// Sequences that ran, mean over time, all replicas together.
    public var meanRunning: Double = 0
    /// The most that ran.
    public var peakRunning: Int = 0
    /// Requests that waited, mean over time.
    public var meanWaiting: Double = 0

    // MARK: Times

    /// The GPU whose efficiencies the times use.
    public var efficienciesOf: String
    /// The engine that was measured; nil where none was.
    public var engine: String?
    /// Where times come from.
    public var timeSource: TimeSource
    /// How far off a step may be, as a share; nil where nobody knows.
    public var timeError: Double?
    /// The same of a first token on an idle GPU.
    public var ttftError: Double?
    /// What to know of the times, in plain sentences.
    public var timeNotes: [String]
    /// What a reader must know, in plain sentences.
    public var notes: [String] = []
}
