import Capacity
import Descriptions
import TestSupport
import Testing
import Traces

@Suite("Heads on several GPUs")
struct PlacementTests {
    /// One layer of heads that keep so many of 64 tokens.
    private func trace(keeping counts: [[Int]]) throws -> RecordedTrace {
        let header = SampleTrace.header(layers: counts.count, kvHeads: counts[0].count)
        var bits = DecisionBits(layers: counts.count, kvHeads: counts[0].count, tokens: 64)
        for (layer, heads) in counts.enumerated() {
            for (head, count) in heads.enumerated() {
                for t in count..<64 { bits[layer, head, t] = true }
            }
        }
        let prompt = PromptTrace(
            id: "a", promptTokens: 64, decisions: bits, negativeLogLikelihoods: Array(repeating: 0, count: 63),
            tokenDigest: [])
        return try RecordedTrace(header: header, prompts: [prompt])
    }

    private func row(_ trace: RecordedTrace, gpus: Int, _ placement: PlacementRule) throws -> PlanRow {
        var request = PlanRequest(
            model: PlannedModel(name: "own", configuration: trace.header.configuration), gpu: try .named("h100"),
            gpus: gpus, promptTokens: 60, newTokens: 4, lengths: .trace(trace), pageSlots: 1)
        request.placement = placement
        request.budgetBytes = 1 << 20
        return try Planner(request).plan(for: .dmc).row()
    }

    @Test("Two long heads side by side fill one GPU; dealt out, both GPUs hold the same")
    func dealt() throws {
        let uneven = try trace(keeping: [[40, 40, 8, 8]])
        let contiguous = try row(uneven, gpus: 2, .contiguous)
        let balanced = try row(uneven, gpus: 2, .balanced)
        #expect(contiguous.kvImbalance == 80.0 / 48 && balanced.kvImbalance == 1)
        #expect(contiguous.kvBytesPerSequence == balanced.kvBytesPerSequence)
        #expect(contiguous.weightsBytesPerGPU == balanced.weightsBytesPerGPU)
        // Keys and values of 16 channels in 16 bit; open segments, tables and lengths of two heads are the same.
        let rest = 2 * (13 * 33 * 2 + 4 * 40 + 12)
        #expect(contiguous.maxBatch == (1 << 19) / (80 * 64 + rest))
        #expect(balanced.maxBatch == (1 << 19) / (48 * 64 + rest))
    }

    @Test("A layer that cannot be dealt evenly is made up for in the next")
    func acrossLayers() throws {
        let layers = try trace(keeping: [[40, 8], [40, 8]])
        #expect(try row(layers, gpus: 2, .contiguous).kvImbalance == 80.0 / 48)
        #expect(try row(layers, gpus: 2, .balanced).kvImbalance == 1)
    }

    @Test("Balanced is never worse than contiguous, keeps every head once, and each GPU's number of heads")
    func neverWorse() throws {
        let trace = try sampleTrace(prompts: 6)
        for gpus in [1, 2, 3, 4, 6, 12] {
            let contiguous = try row(trace, gpus: gpus, .contiguous)
            let balanced = try row(trace, gpus: gpus, .balanced)
            #expect(balanced.maxBatch >= contiguous.maxBatch, "\(gpus)")
            #expect(balanced.weightsBytesPerGPU == contiguous.weightsBytesPerGPU)
            #expect(balanced.kvBytesPerSequence == contiguous.kvBytesPerSequence)
            #expect(balanced.kvImbalance >= 1)
        }
        #expect(try row(trace, gpus: 2, .balanced).kvImbalance < row(trace, gpus: 2, .contiguous).kvImbalance)
    }

    @Test("Heads that are all alike are in balance wherever they go")
    func alike() throws {
        for placement in PlacementRule.allCases {
            let row = try CapacityTests.row("full", "llama-2-70b") {
                $0.gpus = 4
                $0.placement = placement
            }
            #expect(row.kvImbalance == 1)
        }
    }
}
