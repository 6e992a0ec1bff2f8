import Kernels

/// What one head makes of a chunk of tokens under DMC, token by token. Its memory serves one chunk after the other.
final class PooledChunk {
    /// Whether each token merges.
    private(set) var merges: [Bool] = []
    /// How far each logit is above the threshold.
    private(set) var margins: [Float] = []
    /// Slots that were closed before each token.
    private(set) var visible: [Int] = []
    /// The open slot as it stood at each token, key rotated at that token's position.
    let partial: SlotBuffer

    init(headDim: Int) { partial = SlotBuffer(headDim: headDim, capacity: 1) }

    /// Makes room for a chunk of `tokens` tokens, about which nothing is known yet.
    func begin(tokens: Int) {
        merges.removeAll(keepingCapacity: true)
        margins.removeAll(keepingCapacity: true)
        visible.removeAll(keepingCapacity: true)
        partial.resize(to: tokens)
    }

    /// Adds the next token's decision.
    func decide(merges merge: Bool, margin: Float) {
        merges.append(merge)
        margins.append(margin)
    }

    /// Puts the last state of every segment into its slot, and finds how many closed slots each token sees.
    func store(in buffer: SlotBuffer) {
        let dim = buffer.headDim
        var slot = buffer.count - 1
        buffer.resize(to: buffer.count + merges.count { !$0 })
        for token in merges.indices {
            if !merges[token] { slot += 1 }
            visible.append(slot)
            let closes = token + 1 == merges.count || !merges[token + 1]
            if closes { buffer.set(slot, key: partial.keys + token * dim, value: partial.values + token * dim) }
        }
    }
}
