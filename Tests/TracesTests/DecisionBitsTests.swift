import TestSupport
import Testing
import Traces

@Suite("Decisions are bits")
struct DecisionBitsTests {
    @Test("Slots after any number of tokens are the tokens that were not merged", arguments: [1, 63, 64, 65, 130])
    func slots(tokens: Int) {
        let bits = SampleTrace.prompt("p", tokens: tokens).decisions
        for layer in 0..<2 {
            for head in 0..<2 {
                var slots = 0
                #expect(bits.slots(layer: layer, kvHead: head, after: 0) == 0)
                for t in 0..<tokens {
                    if !bits[layer, head, t] { slots += 1 }
                    #expect(bits.slots(layer: layer, kvHead: head, after: t + 1) == slots)
                }
                #expect(bits.finalSlots[layer][head] == slots)
            }
        }
    }

    @Test("A bit set is that head's and that token's alone, and can be taken back")
    func oneBit() {
        var bits = DecisionBits(layers: 2, kvHeads: 3, tokens: 70)
        bits[1, 2, 64] = true
        #expect(bits.words.filter { $0 != 0 } == [1] && bits.words.count == 12 && bits.words[11] == 1)
        #expect(bits.finalSlots == [[70, 70, 70], [70, 70, 69]])
        bits[1, 2, 64] = false
        #expect(bits == DecisionBits(layers: 2, kvHeads: 3, tokens: 70))
    }
}
