import Capacity
import Descriptions
import TestSupport
import Testing

@Suite("Eviction policies are planned by arithmetic")
struct EvictionTests {
    private let perSlot = 1_600 * 2 * 128 * 2

    @Test(
        "A cache holds its budget at the end, or what it grows to",
        arguments: [
            ("h2o:heavy=96,recent=32", 128), ("tova:slots=128", 128), ("window:sinks=4,window=124", 128),
            ("streaming:sinks=4,window=124", 128), ("h2o:heavy=0.125,recent=0.125", 1024),
            ("tova:slots=128,prefill=full", 128), ("tova:slots=128,prefill=only", 128 + 1024),
            ("tova:slots=100000", 4096),
        ])
    func slotsAtEnd(word: String, slots: Int) throws {
        let row = try row(word)
        #expect(row.kvBytesPerSequence == slots * perSlot)
        #expect(row.compressionRatio == 4096 / Double(slots))
        #expect(row.source == .arithmetic && row.policy == word)
    }

    @Test("prefill=full and prefill=only hold the whole prompt for a moment, which bounds the batch")
    func prefillPeak() throws {
        for word in ["tova:slots=128,prefill=full", "window:sinks=4,window=124,prefill=only"] {
            let row = try row(word)
            #expect(row.kvPeakBytesPerSequence == 3072 * perSlot, "\(word)")
            #expect(row.limitedBy == .prefill, "\(word)")
            #expect(row.maxBatch == row.availableBytesPerGPU / (row.kvPeakBytesPerSequence + 1_600 * (4 * 192 + 12)))
        }
        #expect(try row("tova:slots=128").limitedBy == .memory)
    }

    @Test("Only H2O keeps a score of 4 bytes for each slot")
    func scores() throws {
        #expect(try row("h2o:heavy=96,recent=32").stateBytesPerSequence == 1_600 * 128 * 4)
        #expect(try row("tova:slots=128").stateBytesPerSequence == 0)
        #expect(try row("window:sinks=4,window=124").stateBytesPerSequence == 0)
    }

    @Test("H2O and TOVA pay for probabilities that flash attention never writes, in time and in the reserve")
    func probabilities() throws {
        let batch = 8
        let h2o = try row("h2o:heavy=96,recent=32") { $0.batch = batch }
        let window = try row("window:sinks=4,window=124") { $0.batch = batch }
        // Written and read in 16 bit for 40 heads of 40 layers over 129 slots, and scores read and written in float32.
        let bytes = Double(batch * 1_600 * 129) * (4 + 8)
        let gpu = try GPU.named("h100-sxm")
        let expected = bytes / (gpu.bandwidthBytesPerSecond * gpu.efficiencies.attention.decode.memory)
        let part = try #require(h2o.step?[.probabilities])
        #expect(abs(part.seconds / expected - 1) < 1e-12)
        #expect(window.step?[.probabilities] == nil)
        #expect(window.reserved.probabilities == 0)
        // A chunk of 2,048 queries of 40 heads over the budget and the chunk, in float32.
        #expect(h2o.reserved.probabilities == 2048 * 40 * (128 + 2048) * 4)
        #expect(try row("tova:slots=128,prefill=full").reserved.probabilities == 40 * 3072 * 4)
        #expect(h2o.ttftSeconds! > window.ttftSeconds!)
    }

    @Test("A token attends to one slot more than the budget, and never to the future")
    func attended() throws {
        func attention(_ word: String, tokens: Int) throws -> Double {
            let plan = try Planner(request()).plan(for: PlanVariant(word))
            return try #require(plan.stepTime(batch: 1, tokens: tokens)[.attention]).memorySeconds
        }
        let full = try attention("full", tokens: 129)
        #expect(try attention("window:sinks=4,window=124", tokens: 4000) == full)
        #expect(try attention("window:sinks=4,window=124", tokens: 100) == attention("full", tokens: 100))
        #expect(try attention("tova:slots=128,prefill=full", tokens: 3000) == attention("full", tokens: 3000))
        #expect(try attention("tova:slots=128,prefill=full", tokens: 3073) == full)
        #expect(try attention("tova:slots=128,prefill=only", tokens: 3172) == attention("full", tokens: 228))
    }

    @Test("Only StreamingLLM runs past the context without a warning")
    func context() throws {
        #expect(try row("streaming:sinks=4,window=124", prompt: 5000).notes.isEmpty)
        #expect(
            try row("window:sinks=4,window=124", prompt: 5000).notes == [
                "6024 tokens are more than the 4096 that the model knows"
            ])
    }

    @Test("Every policy that can be listed can be parsed")
    func forms() throws {
        #expect(PolicyCard.all.map(\.form) == PlanVariant.forms)
        for card in PolicyCard.all {
            let word = card.form.replacing("gqa:K", with: "gqa:8").replacing("kv:W", with: "kv:8").replacing(
                "POLICY", with: "dmc"
            ).replacing(
                "N", with: "4")
            #expect(try PlanVariant(word).word == word)
        }
    }
}
