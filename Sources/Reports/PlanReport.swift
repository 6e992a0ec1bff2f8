import Capacity
import Descriptions

/// What `headroom plan` prints: projections, and all they depend on.
public struct PlanReport: Sendable {
    /// The requests, in order.
    public let requests: [PlanRequest]
    /// Their rows, in order.
    public let rows: [PlanRow]
    /// More about each row's memory; empty where it was not asked for.
    public let details: [MemoryDetail]

    /// Computes the rows of all requests, which share one source of head lengths.
    /// - Parameter detailed: whether to look closer at each row's memory.
    /// - Throws: `CapacityError` where a request contradicts itself, its model or its trace, or its lengths are of another
    ///   source than those that the report names.
    public init(_ requests: [PlanRequest], detailed: Bool = false) throws {
        guard requests.allSatisfy({ $0.lengths == requests[0].lengths }) else {
            throw CapacityError.request("the requests of a report: expected one source of head lengths, found several")
        }
        self.requests = requests
        let plans = try Planner.plans(requests)
        rows = plans.map { $0.row() }
        details = detailed ? try plans.map { try $0.memoryDetail() } : []
    }

    /// The source of head lengths in words: what was recorded, or that nothing was.
    var headLengths: String {
        HeadLengthSource.words(requests.first?.lengths, isOwn: rows.contains { $0.source == .recorded })
    }
}

extension HeadLengthSource {
    /// A source of head lengths in words, or that there is none; `isOwn` says that the trace is of the planned model.
    static func words(_ lengths: HeadLengthSource?, isOwn: Bool) -> String {
        guard let lengths else { return "none given; rows are the policies' own arithmetic" }
        guard let trace = lengths.trace else {
            return "a compression ratio of \(lengths.ratio ?? 1), every head alike (uniform)"
        }
        let origin = "\(trace.prompts.count) prompts of \(trace.header.model)"
        let way = isOwn ? "recorded" : "scaled: the pattern of one model mapped onto another"
        guard let ratio = lengths.ratio else { return "\(origin), \(way)" }
        return "\(origin), \(way); append rates raised to the power that gives a compression ratio of \(ratio)"
    }
}

extension PlanReport {
    /// The report's inputs as JSON has them.
    struct Inputs: Encodable {
        var headLengths: String
        var ratio: Double?
        var traceFingerprints: [String]
        var traceModel: String?
        var checkpointFingerprint: String?
        var prefillChunk: Int?
        var weightBits: Int?
        var stateBits: Int?

        enum CodingKeys: String, CodingKey {
            case ratio
            case headLengths = "head_lengths"
            case traceFingerprints = "trace_fingerprints"
            case traceModel = "trace_model"
            case checkpointFingerprint = "checkpoint_fingerprint"
            case prefillChunk = "prefill_chunk"
            case weightBits = "weight_bits"
            case stateBits = "state_bits"
        }
    }

    private struct Document: Encodable {
        var command = "plan"
        var version = Release.version
        var inputs: Inputs
        var rows: [PlanRow]
        var memory: [MemoryDetail]?
    }

    var inputs: Inputs {
        let lengths = requests.first?.lengths
        return Inputs(
            headLengths: headLengths, ratio: lengths?.ratio, traceFingerprints: lengths?.trace?.fingerprints ?? [],
            traceModel: lengths?.trace?.header.model,
            checkpointFingerprint: lengths?.trace?.header.checkpointFingerprint,
            prefillChunk: requests.first?.prefillChunk, weightBits: requests.first?.weightBits,
            stateBits: requests.first?.stateBits)
    }

    /// The report as JSON: `command`, `version`, `inputs`, `rows`, and `memory`, one a row, where it was asked for.
    /// - Throws: `EncodingError` where a number is not finite.
    public func json() throws -> String {
        try JSONText.text(Document(inputs: inputs, rows: rows, memory: details.isEmpty ? nil : details))
    }
}
