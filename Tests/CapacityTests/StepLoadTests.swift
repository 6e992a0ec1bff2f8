import Capacity
import Descriptions
import Testing

@Suite("One step of an engine: decoding and a chunk of prompts together")
struct StepLoadTests {
    private func plan(_ word: String = "full", _ model: String = "llama-2-7b") throws -> VariantPlan {
        let request = try request(model, "h100-sxm", prompt: 2000, new: 100)
        return try Planner(request).plan(for: PlanVariant(word))
    }
    private func isNear(_ one: Double, _ other: Double) -> Bool { abs(one / other - 1) < 1e-9 }

    @Test("A step of equal sequences is the planner's decode step")
    func decodeAlone() throws {
        let plan = try plan()
        let load = StepLoad(sequences: 8, each: 2050 * 32 * 32)
        #expect(plan.stepTime(for: load) == plan.stepTime(batch: 8, tokens: 2050))
    }

    @Test("A whole prompt in one chunk is the planner's prefill")
    func prefillAlone() throws {
        let plan = try plan()
        var load = StepLoad()
        load.chunkTokens = 2000
        load.chunkPairs = 2000 * 2001 / 2 * 32 * 32
        load.chunkSlots = 2000 * 32 * 32
        load.endingPrompts = 1
        #expect(isNear(plan.stepTime(for: load).seconds, plan.prefillTime().seconds))
    }

    @Test("A chunk beside decoding costs less than the two apart, since weights are read once, and more than either")
    func together() throws {
        let plan = try plan()
        let decode = StepLoad(sequences: 16, each: 1000 * 32 * 32)
        var chunk = StepLoad()
        chunk.chunkTokens = 256
        chunk.chunkPairs = 256 * 257 / 2 * 32 * 32
        chunk.chunkSlots = 256 * 32 * 32
        chunk.endingPrompts = 1
        var both = decode
        both.chunkTokens = chunk.chunkTokens
        both.chunkPairs = chunk.chunkPairs
        both.chunkSlots = chunk.chunkSlots
        both.endingPrompts = 1
        let apart = [decode, chunk].map { plan.stepTime(for: $0).seconds }
        let mixed = plan.stepTime(for: both).seconds
        #expect(mixed < apart[0] + apart[1])
        #expect(mixed > apart.max()!)
    }

    @Test("A prompt that goes on in the next step samples nothing in this one")
    func noOutput() throws {
        var load = StepLoad()
        load.chunkTokens = 512
        load.chunkPairs = 512 * 513 / 2 * 32 * 32
        load.chunkSlots = 512 * 32 * 32
        let step = try plan().stepTime(for: load)
        #expect(step[.output] == nil && step[.mlp] != nil)
    }

    @Test("Nothing to do takes no time")
    func empty() throws {
        #expect(try plan().stepTime(for: StepLoad()).seconds == 0)
    }
}
