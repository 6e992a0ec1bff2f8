import Capacity
import Descriptions
import TestSupport
import Testing

@Suite("Time by a roofline with named parts")
struct StepTimeTests {
    /// A GPU whose kernels reach the peaks and cost nothing beside, so that times can be had by hand.
    private func ideal(link: Double? = nil) -> GPU {
        GPU(
            name: "ideal", memoryBytes: 1 << 40, bandwidthBytesPerSecond: 1e12, bf16FLOPS: 1e15,
            interconnectBytesPerSecond: link,
            efficiencies: Efficiencies(
                weightsMemory: 1, attentionMemory: 1, matrixCompute: 1, attentionCompute: 1, interconnect: 1,
                layerSeconds: 0, stepSeconds: 0, sequenceSeconds: 0, allReduceSeconds: 0))
    }

    // Llama-2-7B: weights of all layers, and bytes of keys and values of a token.
    private let projections = 32 * 4 * 4096 * 4096
    private let mlp = 32 * 3 * 4096 * 11008
    private let output = 32000 * 4096
    private let bytesPerToken = 32 * 2 * 4096 * 2

    /// Seconds that so many bytes take at 10¹² bytes a second.
    private func reading(_ bytes: Int) -> Double { Double(bytes) / 1e12 }
    /// Seconds that so many operations take at 10¹⁵ a second.
    private func computing(_ operations: Int) -> Double { Double(operations) / 1e15 }

    private func isNear(_ one: Double?, _ other: Double) -> Bool { one.map { abs($0 / other - 1) < 1e-9 } ?? false }

    @Test("One sequence of Llama-2-7B takes the time its weights and its cache take to read")
    func oneSequence() throws {
        let request = PlanRequest(
            model: try .named("llama-2-7b"), gpu: ideal(), promptTokens: 1000, newTokens: 1, batch: 1)
        let row = try Planner(request).plan(for: .full).row()
        let step = try #require(row.step)
        // 32 layers of 4 · 4096² and 3 · 4096 · 11008 weights, 32000 · 4096 of output, 2 bytes each, at 10¹² bytes/s.
        #expect(isNear(step[.projections]?.seconds, reading(2 * projections)))
        #expect(isNear(step[.mlp]?.seconds, reading(2 * mlp)))
        #expect(isNear(step[.output]?.seconds, reading(2 * output)))
        // 1,001 tokens · 32 layers · 2 · 4096 channels · 2 bytes.
        #expect(isNear(step[.attention]?.seconds, reading(1001 * bytesPerToken)))
        #expect(step[.attention]?.bound == .memory && step[.allReduce] == nil)
        #expect(isNear(row.stepSeconds, step.parts.map(\.seconds).reduce(0, +)))
        #expect(isNear(row.throughputTokensPerSecond, 1 / step.seconds))
    }

    @Test("The step is the mean over the generation's steps, contexts P + 1 to P + N")
    func meanStep() throws {
        let request = PlanRequest(
            model: try .named("llama-2-7b"), gpu: ideal(), promptTokens: 100, newTokens: 50, batch: 4)
        let plan = try Planner(request).plan(for: .full)
        let steps = (101...150).map { plan.stepTime(batch: 4, tokens: $0).seconds }
        let row = plan.row()
        #expect(isNear(row.stepSeconds, steps.reduce(0, +) / 50))
        #expect(isNear(row.throughputTokensPerSecond, 4 * 50 / steps.reduce(0, +)))
        #expect(isNear(row.requestThroughput, 4 / (4 * row.ttftSeconds! + steps.reduce(0, +))))
    }

    @Test("A large batch is bound by arithmetic, at two operations a weight and token")
    func largeBatch() throws {
        let request = PlanRequest(
            model: try .named("llama-2-7b"), gpu: ideal(), promptTokens: 100, newTokens: 1, batch: 2000)
        let part = try #require(try Planner(request).plan(for: .full).row().step?[.mlp])
        #expect(part.bound == .compute)
        #expect(isNear(part.seconds, computing(2 * 2000 * mlp)))
    }

    @Test("The first token takes the arithmetic of the whole prompt, attention to all before included")
    func prefill() throws {
        let request = PlanRequest(
            model: try .named("llama-2-7b"), gpu: ideal(), promptTokens: 2048, newTokens: 1)
        let plan = try Planner(request).plan(for: .full)
        let pairs = 2048 * 2049 / 2
        let seconds =
            computing(2 * 2048 * (projections + mlp)) + computing(pairs * 32 * 4 * 4096) + reading(2 * output)
        #expect(isNear(plan.row().ttftSeconds, seconds))
    }

    @Test("Grouped queries read a slot once for the group, and work for each of its heads")
    func groupedAttention() throws {
        let request = PlanRequest(
            model: try .named("llama-3-8b"), gpu: ideal(), promptTokens: 1000, newTokens: 1, batch: 1)
        let part = try #require(try Planner(request).plan(for: .full).row().step?[.attention])
        #expect(isNear(part.memorySeconds, reading(1001 * 32 * 8 * 2 * 128 * 2)))
        #expect(isNear(part.computeSeconds, computing(1001 * 32 * 32 * 4 * 128)))
    }

    @Test("Several GPUs share the work and pay for two rings a layer")
    func tensorParallel() throws {
        let request = PlanRequest(
            model: try .named("llama-2-7b"), gpu: ideal(link: 2e11), gpus: 4, promptTokens: 1000, newTokens: 1,
            batch: 3)
        let step = try #require(try Planner(request).plan(for: .full).row().step)
        #expect(isNear(step[.mlp]?.seconds, reading(2 * mlp) / 4))
        #expect(isNear(step[.attention]?.seconds, reading(3 * 1001 * bytesPerToken) / 4))
        // 64 messages of 3 · 4096 numbers of 2 bytes: 2 · ¾ of each is sent, at 10¹¹ bytes/s one way.
        #expect(isNear(step[.allReduce]?.seconds, Double(64 * 3 * 3 * 4096) / 1e11))
        #expect(step[.allReduce]?.bound == .interconnect)
        var alone = request
        alone.gpu = ideal()
        #expect(throws: CapacityError.self) { try Planner(alone) }
    }

    @Test("Attention reads what the policy keeps, not what the sequence was")
    func keptSlots() throws {
        func attention(_ word: String) throws -> Double {
            let row = try row(word) {
                $0.batch = 4
                $0.lengths = .ratio(4)
            }
            return try #require(row.step?[.attention]).seconds
        }
        #expect(abs(try attention("full") / attention("dmc") - 4) < 0.01)
    }

    /// Median token times that LMDeploy 0.1.0 published for Llama-2-7B in FP16 on one A100-80GB (`docs/en/benchmark/
    /// a100_fp16.md` at 379a2d5), rounded there to milliseconds, at the middle of the generation.
    @Test(
        "Decode steps of Llama-2-7B on an A100 are within a tenth of what was measured",
        arguments: [
            (1, 128, 2048, 0.010), (1, 2048, 2048, 0.011), (16, 128, 128, 0.011), (16, 128, 2048, 0.015),
            (16, 2048, 128, 0.020), (16, 2048, 2048, 0.025), (32, 128, 128, 0.012), (32, 128, 2048, 0.021),
            (32, 2048, 128, 0.031), (32, 2048, 2048, 0.040), (64, 128, 128, 0.014), (64, 128, 2048, 0.030),
            (64, 2048, 128, 0.046),
        ])
    func published(batch: Int, prompt: Int, new: Int, seconds: Double) throws {
        let request = try request("llama-2-7b", "a100-80gb", prompt: prompt, new: new)
        let plan = try Planner(request).plan(for: .full)
        let step = plan.stepTime(batch: batch, tokens: prompt + new / 2).seconds
        #expect(abs(step / seconds - 1) < 0.1, "\(step) s")
    }
}
