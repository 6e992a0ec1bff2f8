/// What one sequence holds and reads as its tokens come, on each GPU, all layers and heads there together.
package protocol SequenceCurve: Sendable {
    /// Pages held after `count` tokens; none after none.
    func pages(after count: Int, gpu: Int) -> Int

    /// Most pages held from after token `start` to after token `count`.
    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int

    /// Slots that token `count` (from 1) attends to, itself included.
    func attended(by count: Int, gpu: Int) -> Int

    /// The same, summed over tokens `start` + 1 … `count`: the query–slot pairs of a chunk.
    func pairs(after start: Int, through count: Int, gpu: Int) -> Int
}

/// A sequence whose heads are all alike: everything follows from one head's curve.
struct AlikeCurve: SequenceCurve {
    /// The curve of every head.
    let head: HeadCurve
    /// Heads of one GPU.
    let heads: Int
    /// Pages that a sequence holds whose heads have so many slots, `[slots]`.
    let pagesBySlots: [Int32]

    func pages(after count: Int, gpu: Int) -> Int { Int(pagesBySlots[head.slots(after: count)]) }

    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int {
        Int(pagesBySlots[head.peak(after: start, within: count)])
    }

    func attended(by count: Int, gpu: Int) -> Int { heads * head.attended(by: count) }

    func pairs(after start: Int, through count: Int, gpu: Int) -> Int {
        var sum = 0
        for token in start..<count { sum += head.attended(by: token + 1) }
        return heads * sum
    }
}

/// A sequence whose heads differ: their sums, looked up token by token. Made once for each recorded prompt, so that a
/// simulation does not walk hundreds of heads for every token.
final class SummedCurve: SequenceCurve {
    /// Pages held, `[gpus, tokens + 1]`; never falling, since a trace's heads only grow.
    private let pages: [Int32]
    /// Slots attended to by all tokens so far, `[gpus, tokens + 1]`.
    private let attended: [Int]
    private let stride: Int

    /// The sums of one prompt's heads, up to `tokens` tokens.
    /// - Parameter pageBytes: what bytes are counted in.
    init(_ prompt: HeadPattern.Prompt, loads: [[Int]], memory: SequenceMemory, pageBytes: Int, tokens: Int) {
        let stride = tokens + 1
        var pages = [Int32](repeating: 0, count: loads.count * stride)
        var attended = [Int](repeating: 0, count: loads.count * stride)
        let used = prompt.curves.indices.filter { curve in loads.contains { $0[curve] > 0 } }
        for count in 1...tokens {
            var slots = Array(repeating: 0, count: prompt.curves.count)
            for curve in used { slots[curve] = prompt.curves[curve].slots(after: count) }
            let longest = slots.max() ?? 0
            for gpu in loads.indices {
                let bytes = memory.bytes(slots: slots, heads: loads[gpu], longest: longest).total
                pages[gpu * stride + count] = Int32((bytes + pageBytes - 1) / pageBytes)
                var sum = 0
                for curve in used where loads[gpu][curve] > 0 {
                    sum += loads[gpu][curve] * prompt.curves[curve].attended(by: count)
                }
                attended[gpu * stride + count] = attended[gpu * stride + count - 1] + sum
            }
        }
        self.stride = stride
        self.pages = pages
        self.attended = attended
    }

    func pages(after count: Int, gpu: Int) -> Int { Int(pages[gpu * stride + count]) }

    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int { Int(pages[gpu * stride + count]) }

    func attended(by count: Int, gpu: Int) -> Int {
        attended[gpu * stride + count] - attended[gpu * stride + count - 1]
    }

    func pairs(after start: Int, through count: Int, gpu: Int) -> Int {
        attended[gpu * stride + count] - attended[gpu * stride + start]
    }
}
