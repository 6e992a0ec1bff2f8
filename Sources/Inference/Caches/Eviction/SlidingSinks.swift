import Kernels

/// The keys of a head's first tokens before rotation, where positions are those within the cache (StreamingLLM).
///
/// What such a cache holds behind its sinks are consecutive tokens, the query's the newest: among them distances are those
/// of the text, and rotation knows distances alone. So these keys, and the query, are rotated once, each at its token's
/// position, and only the sinks are turned anew: forward by as many positions as tokens were dropped behind them.
final class SlidingSinks {
    private let most: Int
    private let headDim: Int
    /// `[sinks, headDim]`, `most` sinks or fewer.
    private var keys: [Float] = []
    /// By how many positions those in the cache are turned forward.
    private var shift = 0

    /// The first `most` tokens' keys, none yet.
    init(_ most: Int, headDim: Int) {
        self.most = most
        self.headDim = headDim
    }

    /// The next token's key, not rotated yet.
    func enter(_ key: UnsafePointer<Float>) {
        guard keys.count < most * headDim else { return }
        keys += UnsafeBufferPointer(start: key, count: headDim)
    }

    /// Turns the sinks, which are the first slots of `buffer`, to where they lie after `dropped` drops.
    /// - Parameter angles: as `RotaryEmbedding.table`, up to the newest token's position.
    func slide(in buffer: SlotBuffer, by dropped: Int, angles: UnsafePointer<Float>) {
        guard dropped != shift else { return }
        shift = dropped
        for sink in 0..<keys.count / headDim {
            let key = buffer.keys + sink * headDim
            keys.withUnsafeBufferPointer { key.update(from: $0.baseAddress! + sink * headDim, count: headDim) }
            rotate(key, headDim: headDim, angles: angles + (sink + dropped) * headDim)
        }
    }
}
