import TestSupport
import Testing
import Traces

@Suite("Replaying decisions into pages")
struct ReplayTests {
    private func bits(tokens: Int, oneIn: [UInt64]) -> DecisionBits {
        var numbers = SeededNumbers(seed: UInt64(tokens))
        var bits = DecisionBits(layers: 2, kvHeads: 3, tokens: tokens)
        for head in 0..<6 {
            for t in 1..<max(1, tokens) {
                bits[head / 3, head % 3, t] = numbers.next() % 64 >= 64 / oneIn[head % oneIn.count]
            }
        }
        return bits
    }

    @Test(
        "Pages in use after every token are those that counting slot by slot gives",
        arguments: [1, 2, 3, 16, 63, 64, 65, 100, 256], [1, 2, 63, 64, 65, 128, 700])
    func pages(pageSlots: Int, tokens: Int) {
        for oneIn in [[1], [64], [1, 2, 4, 16]] as [[UInt64]] {
            let bits = bits(tokens: tokens, oneIn: oneIn)
            var slots = Array(repeating: 0, count: 6)
            let expected = (0..<tokens).map { t in
                for head in 0..<6 where !bits[head / 3, head % 3, t] { slots[head] += 1 }
                return slots.reduce(0) { $0 + ($1 + pageSlots - 1) / pageSlots }
            }
            #expect(bits.pagesInUse(pageSlots: pageSlots) == expected)
        }
    }

    @Test("A head that is added several times counts as often, and bits behind the last token do not")
    func times() {
        var opened = OpenedPages(tokens: 3, pageSlots: 2)
        [UInt64.max << 3 | 0b010].withUnsafeBufferPointer { opened.add($0, times: 5) }
        [UInt64(0)].withUnsafeBufferPointer { opened.add($0) }
        #expect(opened.inUse == [6, 6, 7])
        #expect(OpenedPages(tokens: 0, pageSlots: 1).inUse.isEmpty)
    }
}
