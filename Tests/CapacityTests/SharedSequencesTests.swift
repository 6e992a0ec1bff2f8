import Capacity
import Descriptions
import TestSupport
import Testing

@Suite("Requests planned together have no sequences that are not their own")
struct SharedSequencesTests {
    private typealias Change = (inout PlanRequest) throws -> Void

    /// Two GPUs, heads dealt out by length, a cache of 8 bits, prompts in chunks: every field has something to bear on.
    private func base() throws -> PlanRequest {
        let trace = try sampleTrace()
        var configuration = trace.header.configuration
        // The window is then the trace's.
        configuration.dmc = nil
        var request = PlanRequest(
            model: PlannedModel(name: "own", configuration: configuration), gpu: try .named("h100-sxm"), gpus: 2,
            promptTokens: 250, newTokens: 100, lengths: .trace(trace), kvBits: 8, budgetBytes: 64 << 20,
            prefillChunk: 64)
        request.placement = .balanced
        request.variants = try ["gqa:3", "gqa:3+dmc", "kv:4+dmc", "tova:slots=0.25", "h2o:heavy=9,recent=9"].map {
            try PlanVariant($0)
        }
        return request
    }

    /// Changes that other sequences follow from: of one field each, and of a prompt's share. A field that requests get
    /// later has to be added here or below; nothing tells where it is not.
    private func changes() throws -> [Change] {
        let trace = try sampleTrace()
        var otherWindow = trace
        otherWindow.header.configuration.dmc?.window = 3
        let sources: [HeadLengthSource?] = [
            .trace(try sampleTrace(prompts: 7)), .trace(otherWindow), .traceAtRatio(trace, ratio: 3),
            .traceAtRatio(trace, ratio: 3.5), .ratio(3), .ratio(3.5),
        ]
        let fields: [Change] = [
            { $0.pageSlots = 8 }, { $0.allocation = .ahead }, { $0.tableSharing = .layer },
            { $0.tableSharing = .shared }, { $0.kvBits = 16 }, { $0.kvScaleBits = 16 }, { $0.stateBits = 32 },
            { $0.placement = .contiguous }, { $0.gpus = 3 }, { $0.prefillChunk = 100 }, { $0.promptTokens = 260 },
            { $0.newTokens = 110 },
            {
                $0.promptTokens += 10
                $0.newTokens -= 10
            },
            { $0.model.configuration.kvHeads = 3 }, { $0.model.configuration.headDim = 32 },
            { $0.model.configuration.dmc = DMCSettings(window: 4) },
        ]
        return fields + sources.map { source in { $0.lengths = source } }
    }

    /// Changes that leave sequences as they are, but not their times or how many fit.
    private let others: [Change] = [
        { $0.gpu = try .named("a100-80gb") }, { $0.gpuMemoryBytes = 40 << 30 }, { $0.utilization = 0.5 },
        { $0.budgetBytes = 32 << 20 }, { $0.batch = 5 }, { $0.weightBits = 8 }, { $0.maxSequences = 16 },
        { $0.contextBytes = 1 << 30 }, { $0.graphBytes = 2 << 30 },
        { $0.model.configuration.intermediateSize *= 2 },
    ]

    @Test("A change to a request gives the rows among others that it gives alone")
    func oneChangeEach() throws {
        let base = try base()
        let requests =
            try [base]
            + (changes() + others).map { change in
                var request = base
                try change(&request)
                return request
            }
        let alone = try requests.map { try Planner($0).rows() }
        let together = try Planner.plans(requests).map { $0.row() }
        #expect(together.count == alone.joined().count)
        for (one, other) in zip(together, alone.joined()) {
            #expect(one == other, "\(one.policy)")
        }
    }

    @Test("Equal recordings that were read apart are one source, another recording is another")
    func sources() throws {
        let trace = try sampleTrace()
        #expect(HeadLengthSource.trace(trace) == .trace(try sampleTrace()))
        #expect(HeadLengthSource.trace(trace).hashValue == HeadLengthSource.trace(try sampleTrace()).hashValue)
        #expect(HeadLengthSource.trace(trace) != .trace(try sampleTrace(tokens: 201...400)))
        #expect(HeadLengthSource.trace(trace) != .traceAtRatio(trace, ratio: 2))
    }
}
