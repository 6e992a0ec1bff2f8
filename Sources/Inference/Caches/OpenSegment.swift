import Foundation

/// The sums of one head's open segment. Only its last `window` tokens count, and exactly those: the sums are
/// taken anew over them, where the reference subtracts the oldest from a half-precision sum and drifts.
final class OpenSegment {
    private let headDim: Int
    /// Tokens kept; 1 where all count, since their sum is then enough.
    private let kept: Int
    private let isUnlimited: Bool
    /// ω·k, ω·v and ω of the kept tokens, `[kept, 2 * headDim + 1]`, used as a ring. It grows with the longest segment:
    /// a configuration may ask for a window that no segment ever fills.
    private var tokens: [Float] = []
    /// Tokens of the segment so far.
    private var count = 0

    init(headDim: Int, window: Int) {
        self.headDim = headDim
        isUnlimited = window == 0
        kept = max(window, 1)
    }

    private var width: Int { 2 * headDim + 1 }

    /// Begins a new segment.
    func restart() { count = 0 }

    /// Adds a token: its key and value before rotation, and its importance ω.
    func add(key: UnsafePointer<Float>, value: UnsafePointer<Float>, importance: Float) {
        let base = (isUnlimited ? 0 : count % kept) * width
        let keeps: Float = isUnlimited && count > 0 ? 1 : 0
        if tokens.count == base { tokens += repeatElement(0, count: width) }
        let headDim = headDim
        tokens.withUnsafeMutableBufferPointer { tokens in
            let keys = tokens.baseAddress! + base
            let (values, weight) = (keys + headDim, keys + 2 * headDim)
            for channel in 0..<headDim { keys[channel] = keeps * keys[channel] + importance * key[channel] }
            for channel in 0..<headDim { values[channel] = keeps * values[channel] + importance * value[channel] }
            weight.pointee = keeps * weight.pointee + importance
        }
        count += 1
    }

    /// The means Σωk / Σω and Σωv / Σω over the window, oldest token first.
    func mean(key: UnsafeMutablePointer<Float>, value: UnsafeMutablePointer<Float>) {
        let (held, width, headDim) = (min(count, kept), width, headDim)
        key.update(repeating: 0, count: headDim)
        value.update(repeating: 0, count: headDim)
        var weight: Float = 0
        tokens.withUnsafeBufferPointer { tokens in
            for index in count - held..<count {
                let keys = tokens.baseAddress! + (isUnlimited ? 0 : index % kept) * width
                let values = keys + headDim
                for channel in 0..<headDim { key[channel] += keys[channel] }
                for channel in 0..<headDim { value[channel] += values[channel] }
                weight += keys[2 * headDim]
            }
        }
        for channel in 0..<headDim {
            key[channel] /= weight
            value[channel] /= weight
        }
    }
}

/// 1 / (1 + e^−x).
func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
