import Kernels
import Testing

struct SlotBufferTests {
    /// What slot `slot` of buffer `buffer` holds.
    private func numbers(_ buffer: Int, _ slot: Int, _ dim: Int) -> [Float] {
        (0..<dim).map { Float(buffer * 100_003 + slot * 31 + $0) }
    }

    private func fill(_ buffer: SlotBuffer, _ index: Int, to count: Int) {
        let (dim, first) = (buffer.headDim, buffer.count)
        buffer.resize(to: count)
        for slot in first..<count {
            buffer.set(slot, key: numbers(index, slot, dim), value: numbers(index, -slot, dim))
        }
    }

    private func isWhole(_ buffer: SlotBuffer, _ index: Int) -> Bool {
        let dim = buffer.headDim
        return (0..<buffer.count).allSatisfy { slot in
            let (key, value) = (numbers(index, slot, dim), numbers(index, -slot, dim))
            return (0..<dim).allSatisfy {
                buffer.keys[slot * dim + $0] == key[$0] && buffer.values[slot * dim + $0] == value[$0]
            }
        }
    }

    @Test("Slots keep their numbers while buffers of every size grow, and others come and go")
    func growth() {
        // From some hundred bytes over pieces of a large page to several of those.
        var buffers: [SlotBuffer?] = (0..<24).map { SlotBuffer(headDim: [6, 16, 32][$0 % 3], capacity: 1 + $0) }
        for (round, count) in [30, 60, 300, 1_000, 2_500, 9_000].enumerated() {
            for index in buffers.indices {
                if (index + round) % 7 == 0 { buffers[index] = nil }
                let buffer = buffers[index] ?? SlotBuffer(headDim: 16)
                fill(buffer, index, to: count - index)
                buffers[index] = buffer
            }
            for (index, buffer) in buffers.enumerated() {
                #expect(isWhole(buffer!, index), "buffer \(index) of \(count)")
            }
        }
    }
}
