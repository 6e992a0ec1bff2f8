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
            efficiencies: .ideal)
    }

    // Llama-2-7B: weights of all layers, and bytes of keys and values of a token.
    private let projections = 32 * 4 * 4096 * 4096
    private let mlp = 32 * 3 * 4096 * 11008
    private let output = 32000 * 4096
    private let bytesPerToken = 32 * 2 * 4096 * 2

    /// Bytes of 16-bit activations that one row moves in and out of the products of a layer: queries, keys and values
    /// and the output projection; gate and up together and down; the output layer.
    private let projectionsRow = 32 * 2 * (4096 + 3 * 4096 + 4096 + 4096)
    private let mlpRow = 32 * 2 * (4096 + 2 * 11008 + 11008 + 4096)
    private let outputRow = 2 * (4096 + 32000)
    /// The same of what lies between: two norms with the residual, rotation, the MLP's activation.
    private let betweenRow = 32 * 2 * (2 * 3 * 4096 + 2 * 3 * 4096 + 3 * 11008)

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
        #expect(isNear(step[.projections]?.seconds, reading(2 * projections + projectionsRow)))
        #expect(isNear(step[.mlp]?.seconds, reading(2 * mlp + mlpRow)))
        #expect(isNear(step[.output]?.seconds, reading(2 * output + outputRow)))
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
            computing(2 * 2048 * (projections + mlp)) + computing(pairs * 32 * 4 * 4096)
            + reading(2 * output + outputRow + 2048 * betweenRow)
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

    @Test(
        "Where query heads read a group's slots again, each for itself, these are bytes too: half the bits take half the time",
        arguments: ["llama-3-8b", "llama-2-7b"])
    func rereads(name: String) throws {
        func seconds(_ rereads: Double, bits: Int = 16) throws -> Double {
            var gpu = ideal()
            gpu.efficiencies.attention.rereads = rereads
            let request = PlanRequest(
                model: try .named(name), gpu: gpu, promptTokens: 1000, newTokens: 1, batch: 1, kvBits: bits)
            return try #require(try Planner(request).plan(for: .full).row().step?[.attention]).seconds
        }
        let heads = try PlannedModel.named(name).configuration.heads
        let kvHeads = try PlannedModel.named(name).configuration.kvHeads
        let again = reading(1001 * 32 * heads * 2 * 128 * 2)
        #expect(isNear(try seconds(1), reading(1001 * 32 * kvHeads * 2 * 128 * 2)))
        // A thousandth of 10¹⁵: each head's reading takes as long as one from the memory.
        #expect(isNear(try seconds(0.001), again))
        #expect(isNear(try seconds(0.001, bits: 8), again / 2))
        #expect(isNear(try seconds(1, bits: 8), try seconds(1) / 2))
    }

    @Test("Several GPUs share the work and pay for two rings a layer")
    func tensorParallel() throws {
        let request = PlanRequest(
            model: try .named("llama-2-7b"), gpu: ideal(link: 2e11), gpus: 4, promptTokens: 1000, newTokens: 1,
            batch: 3)
        let step = try #require(try Planner(request).plan(for: .full).row().step)
        // Activations in and out: all 4,096 channels of the residual stream, a quarter of the MLP's width.
        let mlpRows = 32 * 2 * 3 * (4096 + 2 * 2752 + 2752 + 4096)
        #expect(isNear(step[.mlp]?.seconds, reading(2 * mlp) / 4 + reading(mlpRows)))
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

    /// What the fit is for: what was measured comes out, of a model of each size. Median token times that LMDeploy 0.1.0
    /// published for an A100-80GB (`docs/en/benchmark/a100_fp16.md` at 379a2d5), rounded there to milliseconds, at the
    /// middle of the generation.
    @Test(
        "Decode steps on an A100 are within a tenth of what was measured",
        arguments: [
            ("llama-2-7b", 1, 16, 2048, 2048, 0.025), ("llama-2-7b", 1, 32, 128, 2048, 0.021),
            ("llama-2-7b", 1, 32, 2048, 2048, 0.040), ("internlm-20b", 2, 16, 2048, 2048, 0.035),
            ("internlm-20b", 2, 32, 128, 2048, 0.031), ("llama-2-70b", 4, 1, 128, 2048, 0.031),
            ("llama-2-70b", 4, 64, 2048, 2048, 0.055),
        ])
    func published(model: String, gpus: Int, batch: Int, prompt: Int, new: Int, seconds: Double) throws {
        let request = try request(model, "a100-80gb", prompt: prompt, new: new) { $0.gpus = gpus }
        let plan = try Planner(request).plan(for: .full)
        let step = plan.stepTime(batch: batch, tokens: prompt + new / 2).seconds
        #expect(abs(step / seconds - 1) < 0.1, "\(step) s")
    }

    @Test("A small kernel is held up by its launch and by the root of its size")
    func ramp() throws {
        var gpu = ideal()
        gpu.efficiencies.products = KernelEfficiency(
            memory: 0.5, compute: 1, rampSeconds: 4e-6, launchSeconds: 3e-6)
        let request = PlanRequest(model: try .named("llama-2-7b"), gpu: gpu, promptTokens: 10, newTokens: 1, batch: 1)
        let part = try #require(try Planner(request).plan(for: .full).row().step?[.output])
        let body = 2 * reading(2 * output + outputRow)
        #expect(isNear(part.seconds, body + (body * 4e-6).squareRoot() + 3e-6))
        #expect(isNear(part.fixedSeconds, (body * 4e-6).squareRoot() + 3e-6))
    }

    @Test("Sequences of unequal length cost a share of what a batch of the longest would")
    func unevenLengths() throws {
        var gpu = ideal()
        gpu.efficiencies.attention.imbalance = 0.25
        let request = PlanRequest(model: try .named("llama-2-7b"), gpu: gpu, promptTokens: 10, newTokens: 1)
        let plan = try Planner(request).plan(for: .full)
        var load = StepLoad(sequences: 4, each: 1000 * 32 * 32)
        let even = try #require(plan.stepTime(for: load)[.attention]).seconds
        load.longest = 2000 * 32 * 32
        let uneven = try #require(plan.stepTime(for: load)[.attention]).seconds
        // 4 · 1,000 slots, and a quarter of the way to 4 · 2,000.
        #expect(isNear(uneven / even, 1.25))
    }

    @Test(
        "At batch 1 a step reads the bytes that memory has of the products and of the cache, in all widths",
        arguments: [(16, 16), (8, 8), (4, 4), (16, 4), (4, 16), (32, 32)])
    func sameBytes(weightBits: Int, kvBits: Int) throws {
        for name in ["llama-2-7b", "llama-3-8b"] {
            let model = try PlannedModel.named(name)
            let request = PlanRequest(
                model: model, gpu: ideal(), promptTokens: 1000, newTokens: 1, batch: 1, pageSlots: 1, kvBits: kvBits,
                weightBits: weightBits)
            let row = try Planner(request).plan(for: .full).row()
            let parts = try #require(row.step).parts.filter { $0.part != .overhead }
            let read = parts.map(\.memorySeconds).reduce(0, +) * 1e12
            let shape = model.configuration
            // The step reads neither the other embedding nor the norms; activations in and out are its own.
            let wide = weightBits < 16 ? 2 : weightBits / 8
            let unread = (shape.vocabularySize + (2 * shape.layers + 1)) * shape.hiddenSize * wide
            let width = (shape.heads + 2 * shape.kvHeads) * shape.headDim
            let ffn = shape.intermediateSize
            let layer = 2 * shape.hiddenSize + width + shape.heads * shape.headDim + 2 * shape.hiddenSize + 3 * ffn
            let activations = 2 * (shape.layers * layer + shape.hiddenSize + shape.vocabularySize)
            let held = row.weightsBytes - unread + row.kvBytesPerSequence + activations
            #expect(abs(read / Double(held) - 1) < 1e-6, "\(name)")
        }
    }

    @Test("Headroom's own int8 is planned as it is stored, in 8 bits with a float32 scale for each group")
    func ownInt8() throws {
        var model = try PlannedModel.named("llama-2-7b")
        model.configuration.quantization = .standard
        let request = PlanRequest(model: model, gpu: ideal(), promptTokens: 10, newTokens: 1, batch: 1)
        let row = try Planner(request).plan(for: .full).row()
        let quantised = projections + mlp + output
        #expect(row.weightBits == 8)
        #expect(row.weightsBytes == quantised + quantised / 128 * 4 + 2 * (output + 65 * 4096))
    }

    @Test("A batch of heads and prompts that differ in length takes longer than one of their mean")
    func unevenPlan() throws {
        let trace = try sampleTrace()
        func step(_ imbalance: Double) throws -> Double {
            var gpu = ideal()
            gpu.efficiencies.attention.imbalance = imbalance
            var request = PlanRequest(
                model: try .named("llama-2-7b"), gpu: gpu, promptTokens: 200, newTokens: 100, batch: 8)
            request.lengths = .trace(trace)
            return try #require(try Planner(request).plan(for: PlanVariant("dmc")).row().step?[.attention]).seconds
        }
        let (even, uneven) = try (step(0), step(0.5))
        #expect(uneven > 1.1 * even && uneven < 3 * even)
    }

    @Test("An engine that decodes once before the first token has it a step later")
    func lateFirstToken() throws {
        var late = ideal()
        late.efficiencies.firstTokenSteps = 1
        func plan(_ gpu: GPU) throws -> VariantPlan {
            let request = PlanRequest(model: try .named("llama-2-7b"), gpu: gpu, promptTokens: 500, newTokens: 1)
            return try Planner(request).plan(for: .full)
        }
        let step = try plan(ideal()).stepTime(batch: 1, tokens: 500).seconds
        let (own, other) = (try plan(late).row(), try plan(ideal()).row())
        #expect(isNear(own.ttftSeconds, other.ttftSeconds! + step))
        // The step serves all that run: it keeps no one from being served.
        #expect(isNear(own.requestThroughput, other.requestThroughput!))
    }
}
