import Capacity
import Descriptions
import TestSupport
import Testing

@Suite("A plan answers in rows, and bends the right way")
struct PlannerTests {
    @Test("Rows are full, then dmc where lengths are given, then each policy as the word was given, none twice")
    func order() throws {
        let words = ["gqa:8", "TOVA:slots=0.25", "dmc", "full"]
        let variants = try words.map { try PlanVariant($0) }
        var request = try request { $0.variants = variants }
        request.lengths = .ratio(4)
        #expect(try Planner(request).rows().map(\.policy) == ["full", "dmc", "gqa:8", "TOVA:slots=0.25"])
        request.lengths = nil
        request.variants = []
        #expect(try Planner(request).rows().map(\.policy) == ["full"])
    }

    @Test("dmc without a trace or a ratio is refused")
    func dmcWithoutLengths() throws {
        let error = #expect(throws: CapacityError.self) { try row("dmc") }
        #expect("\(error!)".contains("give a trace or a ratio"))
    }

    @Test("More memory never makes the batch smaller, nor does more compression, nor a shorter sequence")
    func monotonicBatch() throws {
        let trace = try sampleTrace()
        var last = 0
        for gibibytes in stride(from: 24, through: 160, by: 8) {
            let row = try row("dmc") {
                $0.gpuMemoryBytes = gibibytes << 30
                $0.lengths = .trace(trace)
            }
            #expect(row.maxBatch >= last && row.maxBatchP999 >= row.maxBatch)
            last = row.maxBatch
        }
        #expect(last > 0)
        let ratios = try [1, 1.5, 2, 4, 8].map { ratio in try row("dmc") { $0.lengths = .ratio(ratio) }.maxBatch }
        #expect(ratios == ratios.sorted() && ratios[0] < ratios[4])
        let plan = try Planner(request()).plan(for: .full)
        let contexts = try [128, 512, 1024, 2048, 4096].map { try plan.maxBatch(context: $0) }
        #expect(contexts == contexts.sorted(by: >) && contexts[4] == plan.row().maxBatch)
    }

    @Test("A larger batch takes longer steps and gives more tokens a second")
    func monotonicTime() throws {
        let plan = try Planner(request()).plan(for: .full)
        let batches = [1, 2, 4, 8, 12, 15]
        let steps = batches.map { plan.meanStepTime(batch: $0).seconds }
        let rates = batches.map { plan.throughput(batch: $0) }
        #expect(steps == steps.sorted() && rates == rates.sorted())
        #expect(try row("full") { $0.batch = 4 }.throughputTokensPerSecond == rates[2])
    }

    @Test("A batch that does not fit gives no throughput, and says so")
    func tooLargeBatch() throws {
        let row = try row("full") { $0.batch = 1000 }
        #expect(row.batch == 1000 && row.throughputTokensPerSecond == nil && row.stepSeconds == nil)
        #expect(row.notes == ["a batch of 1000 does not fit"])
        #expect(row.maxBatch > 0)
    }

    @Test("Prompts that differ make the likely batch larger than the worst case, and the spread shows")
    func spread() throws {
        let trace = try sampleTrace(prompts: 24)
        let plan = try Planner(request { $0.lengths = .trace(trace) }).plan(for: .dmc)
        let row = plan.row()
        #expect(row.maxBatchP999 > row.maxBatch)
        #expect(plan.promptCount == 24)
        let bytes = plan.cacheBytes(after: 4096).map(\.kv)
        #expect(Set(bytes).count > 10)
        #expect(row.kvPeakBytesPerSequence == bytes.max())
        #expect(row.kvBytesPerSequence == Int((Double(bytes.reduce(0, +)) / 24).rounded()))
    }

    @Test(
        "Sizes are read as people write them",
        arguments: [
            ("8GiB", 8 << 30), ("24 GB", 24_000_000_000), ("1.5MiB", 1_572_864), ("4096", 4096), ("7b", 7),
            ("1tib", 1 << 40),
        ])
    func byteSizes(text: String, bytes: Int) { #expect(ByteSize(text)?.bytes == bytes) }

    @Test("What is no size is refused", arguments: ["", "GiB", "8GiBs", "-1GB", "0", "1e30", "8 G", "99999PB", "nan"])
    func noByteSizes(text: String) { #expect(ByteSize(text) == nil) }

    @Test("What is out of range is refused by name")
    func ranges() throws {
        func refusal(_ change: (inout PlanRequest) -> Void) throws -> String {
            let request = try request(change: change)
            let error = #expect(throws: CapacityError.self) { try Planner(request) }
            return "\(error!)"
        }
        #expect(try refusal { $0.promptTokens = 0 }.hasPrefix("prompt tokens: expected 1 to "))
        #expect(try refusal { $0.newTokens = -1 }.hasPrefix("new tokens: "))
        #expect(try refusal { $0.pageSlots = 0 } == "page slots: expected 1 to 256, found 0")
        #expect(try refusal { $0.pageSlots = 257 } == "page slots: expected 1 to 256, found 257")
        #expect(try refusal { $0.kvScaleBits = 12 }.hasPrefix("bits of a key's scale: "))
        #expect(try refusal { $0.contextBytes = -1 }.hasPrefix("context in bytes: "))
        #expect(try refusal { $0.gpus = 41 } == "GPUs: expected 1 to 40, found 41")
        #expect(try refusal { $0.kvBits = 12 } == "KV bits: expected 4, 8, 16 or 32, found 12")
        #expect(try refusal { $0.utilization = 1.1 }.hasPrefix("utilization: "))
        #expect(try refusal { $0.lengths = .ratio(0.5) }.hasPrefix("ratio: "))
        #expect(try refusal { $0.lengths = .ratio(.nan) }.hasPrefix("ratio: "))
        #expect(try refusal { $0.batch = 0 }.hasPrefix("batch: "))
    }

    @Test("Variants parse and print", arguments: ["gqa:8", "gqa:8+dmc", "GQA:4+h2o:heavy=1,recent=2", "full"])
    func variants(word: String) throws { #expect(try PlanVariant(word).word == word) }

    @Test("What is no variant is refused", arguments: ["gqa:", "gqa:0", "gqa:x+dmc", "gqa:8+", "gqa:8+no", "lru"])
    func noVariants(word: String) { #expect(throws: (any Error).self) { try PlanVariant(word) } }

    @Test("A sweep makes a request of every combination, batches fastest")
    func sweep() throws {
        var sweep = PlanSweep(
            models: [try .named("llama-2-7b")], gpus: [try .named("h100"), try .named("a100")], promptTokens: [10, 20],
            newTokens: [5])
        sweep.batches = [1, 2]
        let requests = sweep.requests { $0.pageSlots = 3 }
        #expect(
            requests.map { "\($0.gpu.name) \($0.promptTokens) \($0.batch!)" } == [
                "h100-sxm 10 1", "h100-sxm 10 2", "h100-sxm 20 1", "h100-sxm 20 2",
                "a100-80gb 10 1", "a100-80gb 10 2", "a100-80gb 20 1", "a100-80gb 20 2",
            ])
        #expect(requests.allSatisfy { $0.pageSlots == 3 })
    }

    @Test("Grouped heads are trained as their model was published, untrained where some are left out, else not known")
    func groupTraining() throws {
        #expect(try row("full").groupTraining == nil && row("gqa:40").groupTraining == nil)
        #expect(
            try row("gqa:8").groupTraining == .untrained
                && row("gqa:8+dmc") { $0.lengths = .ratio(2) }.groupTraining == .untrained)
        #expect(try row("full", "llama-3-8b").groupTraining == .published)
        #expect(try row("gqa:8", "llama-3-8b").groupTraining == .published)
        #expect(try row("gqa:4", "llama-3-8b").groupTraining == .untrained)
        #expect(try row("full", "llama-3-8b") { $0.model.sources = [] }.groupTraining == .unknown)
        let averaged = try row("full", "llama-3-8b") { $0.model.configuration.conversion = "gqa:8 averaged, untrained" }
        #expect(averaged.groupTraining == .untrained)
    }
}
