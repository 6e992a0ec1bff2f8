import Capacity
import Testing

@Suite("What vLLM logs at its start")
struct EngineLogTests {
    /// Logs of Meta-Llama-3.1-8B on an RTX 3090 (vLLM issue 10517): the GiB left for the cache as they stand there, so
    /// to 0.005, the blocks of 16 tokens that vLLM made of them, and the concurrency it printed.
    @Test(
        "Blocks and concurrency are those of published logs",
        arguments: [(3.81, 1952, 20_000, "1.56"), (2.89, 1478, 29_000, "0.82")])
    func published(gibibytes: Double, blocks: Int, tokens: Int, concurrency: String) throws {
        func row(_ bytes: Int) throws -> PlanRow {
            try CapacityTests.row("full", "llama-3-8b", prompt: tokens - 1000, new: 1000) { $0.budgetBytes = bytes }
        }
        let (low, high) = (gibibytes - 0.005, gibibytes + 0.005)
        #expect(try row(Int(low * 1_073_741_824)).kvCacheTokens! <= blocks * 16)
        #expect(try row(Int(high * 1_073_741_824)).kvCacheTokens! >= blocks * 16)
        // A block holds 16 tokens of 32 layers, 8 heads, keys and values of 128 channels in 16 bit.
        let exact = try row(blocks * 16 * 32 * 8 * 2 * 128 * 2)
        #expect(exact.kvCacheTokens == blocks * 16)
        #expect(abs(exact.maxConcurrency! - Double(concurrency)!) < 0.005)
    }

    @Test("Llama-2-7B on 80 GB gets the blocks that vLLM got, to 5 %")
    func projected() throws {
        // 7,351 blocks of 16 tokens with nine tenths of an A100's memory (vLLM pull request 2031), when a prompt of the
        // model's whole context was run at once.
        let row = try row("full", "llama-2-7b", "a100-80gb", prompt: 4000, new: 96) {
            $0.utilization = 0.9
            $0.prefillChunk = 4096
        }
        #expect(abs(Double(row.kvCacheTokens!) / (7_351 * 16) - 1) < 0.05)
    }

    @Test("A cache that does not divide evenly is counted in whole blocks, a sequence as well")
    func wholeBlocks() throws {
        let row = try row("full", prompt: 17, new: 3) { $0.budgetBytes = 5 * 16 * 1_600 * 512 + 1_000 }
        #expect(row.kvCacheTokens == 80 && row.maxConcurrency == 2.5)
        // Each of four GPUs holds its share of every block.
        let four = try CapacityTests.row("full", prompt: 17, new: 3) {
            $0.gpus = 4
            $0.budgetBytes = 5 * 16 * 1_600 * 512 + 1_000
        }
        #expect(four.kvCacheTokens == 80)
    }

    @Test("A policy that vLLM does not have gets no such numbers")
    func otherPolicies() throws {
        for word in ["dmc", "tova:slots=64"] {
            let row = try row(word) { $0.lengths = .ratio(4) }
            #expect(row.kvCacheTokens == nil && row.maxConcurrency == nil)
        }
        #expect(try row("kv:8").kvCacheTokens! >= 2 * row("full").kvCacheTokens!)
    }
}
