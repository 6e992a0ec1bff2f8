import Capacity
import Descriptions
import TestSupport
import Testing

@Suite("Fewer bits for cache and weights, with their scales")
struct NumberFormatTests {
    @Test("An FP8 cache takes half and no scales a slot; 4 bits take a quarter, and 4 bytes with each key and value")
    func cache() throws {
        let whole = 3_355_443_200
        let rows = try Planner(
            request { $0.variants = try ["kv:8", "kv:4", "gqa:8+kv:8"].map { try PlanVariant($0) } }
        ).rows()
        #expect(rows.map(\.policy) == ["full", "kv:8", "kv:4", "gqa:8+kv:8"])
        let scales = 1_600 * 4_096 * 2 * 4
        #expect(rows.map(\.kvBytesPerSequence) == [whole, whole / 2, whole / 4 + scales, whole / 10])
        #expect(rows.map(\.kvBits) == [16, 8, 4, 8] && rows.map(\.kvScaleBits) == [0, 0, 32, 0])
        #expect(rows[1].maxBatch >= 2 * rows[0].maxBatch)
        let scaled = try row("kv:8") { $0.kvScaleBits = 16 }
        #expect(scaled.kvBytesPerSequence == whole / 2 + 1_600 * 4_096 * 2 * 2)
        #expect(try row("full") { $0.kvScaleBits = 16 }.kvBytesPerSequence == whole)
    }

    @Test("Half the bits and half the slots come to the same cache; together to a quarter")
    func rival() throws {
        func bytes(_ word: String) throws -> Int { try row(word) { $0.lengths = .ratio(2) }.kvBytesPerSequence }
        #expect(try bytes("kv:8") == bytes("dmc"))
        #expect(try 2 * bytes("kv:8+dmc") == bytes("dmc"))
    }

    @Test("A word for bits is read before a policy, once, in either order with gqa")
    func words() throws {
        for word in ["kv:8", "kv:4+dmc", "gqa:8+kv:8+h2o:heavy=1,recent=2", "KV:16+full"] {
            #expect(try PlanVariant(word).word == word)
        }
        #expect(try PlanVariant("kv:8+gqa:4").kvHeads == 4)
        #expect(PlanVariant(kvHeads: 4, kvBits: 8, policy: .dmc).word == "gqa:4+kv:8+dmc")
        #expect(PlanVariant(kvBits: 8, policy: .full).word == "kv:8")
        for word in ["kv:", "kv:7", "kv:x+dmc", "kv:8+", "kv:8+kv:4", "dmc+kv:8"] {
            #expect(throws: (any Error).self, "\(word)") { try PlanVariant(word) }
        }
    }

    @Test("Weights in 8 bits are those of a published checkpoint, as vLLM loads it")
    func publishedWeights() throws {
        // Meta-Llama-3.1-70B-Instruct-quantized.w8a8: "Loading model weights took 67.7229 GB", in units of 2³⁰ bytes
        // (vLLM pull request 12569).
        let row = try row("full", "llama-3-70b", "h200") { $0.weightBits = 8 }
        #expect(abs(Double(row.weightsBytes) / 1_073_741_824 / 67.7229 - 1) < 0.001)
    }

    @Test("In 4 bits each 128 weights of the layers' products take 20 bits more; the rest stays in 16")
    func fourBits() throws {
        let row = try row("full") { $0.weightBits = 4 }
        let products = 40 * (4 * 5120 * 5120 + 3 * 5120 * 13824)
        #expect(row.weightsBytes == products / 2 + products / 128 * 20 / 8 + (13_015_864_320 - products) * 2)
        #expect(try CapacityTests.row("full") { $0.weightBits = 32 }.weightsBytes == 4 * 13_015_864_320)
        #expect(row.maxBatch > 20)
    }
}
