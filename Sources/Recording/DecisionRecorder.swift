import Inference
import Traces

/// Writes down what the heads of one sequence decide. Each head has its own words, so heads may report at once.
final class DecisionRecorder: DecisionObserver, @unchecked Sendable {
    private let layers: Int
    private let kvHeads: Int
    private let wordsPerHead: Int
    private let words: UnsafeMutableBufferPointer<UInt64>
    private let ties: UnsafeMutableBufferPointer<Int>
    /// Drops of each head, `[layers * kvHeads]`; a list of its own for each, so heads may report at once.
    private let drops: [DropList]

    /// A logit this near its threshold can fall either way between two orders of summation.
    static let tieMargin: Float = 1e-4

    /// For sequences of up to `capacity` tokens.
    init(layers: Int, kvHeads: Int, capacity: Int) {
        self.layers = layers
        self.kvHeads = kvHeads
        wordsPerHead = DecisionBits.words(tokens: capacity)
        words = .allocate(capacity: layers * kvHeads * wordsPerHead)
        words.initialize(repeating: 0)
        ties = .allocate(capacity: layers * kvHeads)
        ties.initialize(repeating: 0)
        drops = (0..<layers * kvHeads).map { _ in DropList() }
    }

    deinit {
        words.deallocate()
        ties.deallocate()
    }

    func didDecide(_ decisions: HeadDecisions) {
        let head = decisions.layer * kvHeads + decisions.kvHead
        for (index, merges) in decisions.merges.enumerated() {
            let position = decisions.firstPosition + index
            if merges { words[head * wordsPerHead + position / 64] |= 1 << UInt64(position % 64) }
            // The first token appends whatever its logit says.
            if position > 0, abs(decisions.margins[index]) <= Self.tieMargin { ties[head] += 1 }
        }
    }

    func didEvict(_ eviction: HeadEviction) {
        drops[eviction.layer * kvHeads + eviction.kvHead].all.append(
            EvictionLog.Drop(token: eviction.token, position: eviction.position))
    }

    /// What was dropped.
    var evictions: EvictionLog {
        var log = EvictionLog(layers: layers, kvHeads: kvHeads)
        for layer in 0..<layers {
            for kvHead in 0..<kvHeads { log[layer, kvHead] = drops[layer * kvHeads + kvHead].all }
        }
        return log
    }

    /// Decisions whose logit lay within `tieMargin` of the threshold.
    var nearTies: Int { ties.reduce(0, +) }

    /// The decisions on the first `tokens` tokens.
    func bits(tokens: Int) -> DecisionBits {
        let kept = DecisionBits.words(tokens: tokens)
        let packed = (0..<layers * kvHeads).flatMap { words[$0 * wordsPerHead..<$0 * wordsPerHead + kept] }
        return DecisionBits(layers: layers, kvHeads: kvHeads, tokens: tokens, words: packed)
    }
}

/// The drops of one head.
private final class DropList {
    var all: [EvictionLog.Drop] = []
}
