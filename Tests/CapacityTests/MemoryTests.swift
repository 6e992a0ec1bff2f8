import Capacity
import Descriptions
import TestSupport
import Testing

@Suite("Memory of a sequence and of a GPU")
struct MemoryTests {
    @Test("The full cache of Llama-2-13B at 4,096 tokens in 16 bit takes 3,355,443,200 bytes")
    func fullCache() throws {
        let row = try row("full")
        #expect(row.kvBytesPerSequence == 3_355_443_200)
        #expect(row.stateBytesPerSequence == 0)
        #expect(row.weightsBytes == 2 * 13_015_864_320)
        #expect(row.compressionRatio == 1)
    }

    @Test("DMC's open segments take 6,682 bytes a head of 128 channels, 10.7 MB for the 1,600 heads of 13B")
    func openSegments() throws {
        let row = try row("dmc") { $0.lengths = .ratio(4) }
        #expect(row.stateBytesPerSequence == 6_682 * 1_600)
        #expect(row.kvBytesPerSequence == 3_355_443_200 / 4)
        #expect(row.source == .uniform)
    }

    @Test("Block tables take 4 bytes a page of the longest head, and lengths 12 bytes, for every head")
    func tables() throws {
        #expect(try row("full").tableBytesPerSequence == 1_600 * (4 * 256 + 12))
        #expect(try row("full", prompt: 3072, new: 1023).tableBytesPerSequence == 1_600 * (4 * 256 + 12))
        #expect(try row("full", prompt: 3072, new: 1008).tableBytesPerSequence == 1_600 * (4 * 255 + 12))
    }

    @Test("A page that is begun is a whole page")
    func pages() throws {
        // 17 slots in pages of 16 are 32; in pages of 5 they are 20.
        let perSlot = 1_600 * 2 * 128 * 2
        #expect(try row("full", prompt: 16, new: 1).kvBytesPerSequence == 32 * perSlot)
        #expect(try row("full", prompt: 16, new: 1) { $0.pageSlots = 5 }.kvBytesPerSequence == 20 * perSlot)
        #expect(try row("full", prompt: 15, new: 1).kvBytesPerSequence == 16 * perSlot)
    }

    @Test("Context and graphs lie in what is kept free, and make it larger where they would not fit")
    func contextAndGraphs() throws {
        let usual = try row("full").reserved
        #expect(usual.context == 512 << 20 && usual.graphs == 512 << 20)
        // A process sees 80,998 MiB of the 81,559 of an H100.
        #expect(usual.driver == (81_559 - 80_998) << 20)
        let seen = Double(80_998 << 20)
        #expect(usual.margin == Int(seen) - Int(seen * 0.92))
        let tight = try row("full") {
            $0.utilization = 1
            $0.graphBytes = 1 << 30
        }
        #expect(tight.reserved.margin == 3 << 29)
        let parts = tight.reserved
        #expect(tight.reservedBytes == parts.driver + parts.margin + parts.activations + parts.logits)
        #expect(try row("full") { $0.gpuMemoryBytes = 24 << 30 }.reserved.driver == 0)
    }

    @Test("Logits of as many sequences as get a token at once lie in the reserve, twice in float32")
    func logits() throws {
        #expect(try row("full").reserved.logits == 256 * 32_000 * 8)
        #expect(try row("full") { $0.maxSequences = 8 }.reserved.logits == 8 * 32_000 * 8)
        #expect(try row("full") { $0.batch = 300 }.reserved.logits == 300 * 32_000 * 8)
    }

    @Test("Activations are of no more tokens than can be run at once")
    func activations() throws {
        func bytes(_ chunk: Int, prompt: Int = 2048) throws -> Int {
            try row("full", prompt: prompt) {
                $0.prefillChunk = chunk
                $0.maxSequences = 64
            }.reserved.activations
        }
        #expect(try bytes(1 << 24) == bytes(64 * 2048) && bytes(64 * 2048) == 64 * bytes(2048))
        #expect(try bytes(1 << 24, prompt: 10) == bytes(640))
    }

    @Test("A model whose weights do not fit has no batch, no throughput and no latency")
    func weightsDoNotFit() throws {
        for batch in [nil, 8] {
            let row = try row("full", "llama-2-70b", "l40s") { $0.batch = batch }
            #expect(row.maxBatch == 0 && row.maxBatchP999 == 0 && row.batch == nil)
            #expect(row.stepSeconds == nil && row.step == nil && row.throughputTokensPerSecond == nil)
            #expect(row.requestThroughput == nil && row.ttftSeconds == nil)
            #expect(row.limitedBy == .weights)
        }
    }

    @Test("A reserve that takes all of the memory binds by itself, where the weights would fit")
    func reserveBinds() throws {
        let small = try row("full") { $0.contextBytes = 100 << 30 }
        #expect(small.maxBatch == 0 && small.limitedBy == .reserve)
        #expect(try row("full", "llama-2-70b") { $0.contextBytes = 100 << 30 }.limitedBy == .weights)
    }

    @Test("Reserve, weights and cache add up to the memory: the batch fits, one more does not")
    func batchFits() throws {
        for word in ["full", "gqa:8", "h2o:heavy=64,recent=64", "window:sinks=4,window=252"] {
            let row = try row(word)
            let sequence = row.kvPeakBytesPerSequence + row.stateBytesPerSequence + row.tableBytesPerSequence
            let left = row.gpuMemoryBytes - row.reservedBytes - row.weightsBytes
            let parts = row.reserved
            #expect(
                row.reservedBytes
                    == parts.driver + parts.margin + parts.activations + parts.logits + parts.probabilities)
            #expect(row.maxBatch * sequence <= left, "\(word)")
            #expect((row.maxBatch + 1) * sequence > left, "\(word)")
            #expect(row.limitedBy == .memory)
        }
        let usable = 84_932_558_848
        #expect(try row("full").reserved.driver == 85_520_809_984 - usable)
        #expect(try row("full").reserved.margin == usable - Int(Double(usable) * 0.92))
    }

    @Test("Thirty-two sequences of 4,096 tokens of Llama-2-7B run at once on 80 GB, as LMDeploy 0.1.0 ran them")
    func publishedBatch() throws {
        // Its memory column shows 0.97 of the device in use at that batch.
        let row = try row("full", "llama-2-7b", "a100-80gb", prompt: 2048, new: 2048) { $0.utilization = 0.97 }
        #expect(row.maxBatch >= 31 && row.maxBatch < 64)
    }

    @Test("A budget below the room binds, and is named; one above it does not")
    func budget() throws {
        let small = try row("full") { $0.budgetBytes = 8 << 30 }
        #expect(small.maxBatch == 2 && small.limitedBy == .budget)
        #expect(try row("full") { $0.budgetBytes = 800 << 30 }.limitedBy == .memory)
    }

    @Test("Fewer KV heads shrink cache and weights, and compound with DMC")
    func groupedQueries() throws {
        let row = try row("gqa:8")
        #expect(row.kvBytesPerSequence == 3_355_443_200 / 5)
        #expect(row.weightsBytes == 2 * (13_015_864_320 - 40 * 2 * 32 * 128 * 5120))
        #expect(row.compressionRatio == 5)
        let both = try withRatio("gqa:8+dmc")
        #expect(both.compressionRatio == 20 && both.kvBytesPerSequence == 3_355_443_200 / 20)
        #expect(both.policy == "gqa:8+dmc")
        #expect(throws: CapacityError.self) { try CapacityTests.row("gqa:7") }
        #expect(throws: CapacityError.self) { try CapacityTests.row("gqa:80") }
    }

    private func withRatio(_ word: String) throws -> PlanRow { try row(word) { $0.lengths = .ratio(4) } }

    @Test("Under tensor parallelism the fullest GPU binds, and heads are copied where they are too few")
    func tensorParallel() throws {
        let one = try row("full", "llama-2-70b", "h100-sxm") { $0.gpus = 1 }
        let four = try row("full", "llama-2-70b", "h100-sxm") { $0.gpus = 4 }
        #expect(four.kvBytesPerSequence == one.kvBytesPerSequence)
        #expect(four.weightsBytes == one.weightsBytes)
        let norms = 161 * 8192
        #expect(four.weightsBytesPerGPU == 2 * ((68_976_648_192 - norms) / 4 + norms))
        // 3 GPUs share 8 heads as 2, 3, 3: three eighths bind, not a third.
        let three = try row("full", "llama-2-70b", "h200") { $0.gpus = 3 }
        #expect(three.notes.contains { $0.hasPrefix("3 GPUs share 64 heads and 8 KV heads unevenly") })
        #expect(four.notes.isEmpty)
        let sequence = (three.kvBytesPerSequence + three.tableBytesPerSequence) * 3 / 8
        #expect(three.maxBatch == three.availableBytesPerGPU / sequence)
        // 16 GPUs hold each of the 8 heads twice.
        let sixteen = try row("full", "llama-2-70b", "h100-sxm") { $0.gpus = 16 }
        #expect(sixteen.kvBytesPerSequence == 2 * one.kvBytesPerSequence && sixteen.notes.isEmpty)
    }
}
