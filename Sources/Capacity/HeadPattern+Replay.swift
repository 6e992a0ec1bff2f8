import Traces

extension HeadPattern.Prompt {
    /// Ranges from which on it is worth replaying a recording rather than looking counts up in it.
    private static let replayed = 32

    /// Adds the slots that each token of `counts` (from 1) attends to, over the heads that one GPU carries: `loads[i]` of
    /// them follow curve i.
    func addAttended(over counts: ClosedRange<Int>, loads: [Int], to sums: inout [Int]) {
        sums.withUnsafeMutableBufferPointer { sums in
            var heads: [(curve: RecordedCurve, load: Int)] = []
            for (curve, load) in zip(curves, loads) where load > 0 {
                if case .recorded(let recorded) = curve, recorded.factor == 1, counts.count >= Self.replayed {
                    heads.append((recorded, load))
                } else {
                    for (step, count) in counts.enumerated() { sums[step] += load * curve.attended(by: count) }
                }
            }
            replay(heads, counts, to: sums.baseAddress!)
        }
    }

    /// Recorded heads, which attend to what they hold: all at once within the recording, one by one beyond it.
    private func replay(
        _ heads: [(curve: RecordedCurve, load: Int)], _ counts: ClosedRange<Int>, to sums: UnsafeMutablePointer<Int>
    ) {
        guard let tokens = heads.first?.curve.tokens else { return }
        if counts.lowerBound <= tokens {
            var slots = OpenedPages(tokens: tokens, pageSlots: 1)
            for (curve, load) in heads { curve.words.withUnsafeBufferPointer { slots.add($0, times: load) } }
            let held = slots.inUse
            for count in counts.lowerBound...min(counts.upperBound, tokens) {
                sums[count - counts.lowerBound] += held[count - 1]
            }
        }
        guard counts.upperBound > tokens else { return }
        let beyond = max(counts.lowerBound, tokens + 1)...counts.upperBound
        for (curve, load) in heads {
            curve.addExtended(beyond, times: load, to: sums + (beyond.lowerBound - counts.lowerBound))
        }
    }
}
