import Descriptions
import Inference
import TestSupport
import Testing

@Suite("A past that no model computed")
struct ImaginedPastTests {
    @Test("A sequence goes on from it: its slots are there, its logits are numbers, its next token is the one behind")
    func goesOn() throws {
        for dmc in [nil, DMCSettings(window: 3)] {
            let model = try RandomModel(
                ModelConfiguration(
                    hiddenSize: 32, intermediateSize: 48, layers: 2, heads: 4, kvHeads: 2, headDim: 8,
                    vocabularySize: 64, maxPositions: 256, dmc: dmc)
            ).loaded()
            let sequence = DecodingSequence(cache: try model.makeCache(model.defaultPolicy))
            sequence.imaginePast(tokens: 100, slots: dmc == nil ? 100 : 25)
            let logits = Engine(model, threads: 1).decode([3], of: [sequence])
            #expect((0..<64).allSatisfy { logits[$0].isFinite })
            #expect(sequence.position == 101)
            let slots = sequence.cache.slots(layer: 1, kvHead: 1)
            #expect(dmc == nil ? slots == 101 : (25...26).contains(slots))
        }
    }
}
