import Foundation

/// The sums of one head's open segment. Only its last `window` tokens count, and exactly those: the sums are
/// taken anew over them, where the reference subtracts the oldest from a half-precision sum and drifts.
final class OpenSegment {
    private let headDim: Int
    /// Tokens kept; 1 where all count, since their sum is then enough.
    private let kept: Int
    private let isUnlimited: Bool
    /// ω·k, ω·v and ω of the kept tokens, `[capacity, 2 * headDim + 1]`, used as a ring.
    private var tokens: UnsafeMutablePointer<Float>
    /// Tokens there is room for. It grows with the longest segment: a configuration may ask for a window that no segment
    /// ever fills.
    private var capacity = 1
    /// Tokens of the segment so far.
    private var count = 0

    init(headDim: Int, window: Int) {
        self.headDim = headDim
        isUnlimited = window == 0
        kept = max(window, 1)
        tokens = .allocate(capacity: 2 * headDim + 1)
    }

    deinit { tokens.deallocate() }

    private var width: Int { 2 * headDim + 1 }

    /// Begins a new segment.
    func restart() { count = 0 }

    /// Adds a token: its key and value before rotation, and its importance ω.
    func add(key: UnsafePointer<Float>, value: UnsafePointer<Float>, importance: Float) {
        let place = isUnlimited ? 0 : count % kept
        if place == capacity { grow() }
        let headDim = headDim
        let keys = tokens + place * width
        let (values, weight) = (keys + headDim, keys + 2 * headDim)
        if isUnlimited && count > 0 {
            for channel in 0..<headDim { keys[channel] += importance * key[channel] }
            for channel in 0..<headDim { values[channel] += importance * value[channel] }
            weight.pointee += importance
        } else {
            for channel in 0..<headDim { keys[channel] = importance * key[channel] }
            for channel in 0..<headDim { values[channel] = importance * value[channel] }
            weight.pointee = importance
        }
        count += 1
    }

    /// The means Σωk / Σω and Σωv / Σω over the window, oldest token first.
    func mean(key: UnsafeMutablePointer<Float>, value: UnsafeMutablePointer<Float>) {
        let (held, width, headDim) = (min(count, kept), width, headDim)
        key.update(repeating: 0, count: headDim)
        value.update(repeating: 0, count: headDim)
        var weight: Float = 0
        for index in count - held..<count {
            let keys = tokens + (isUnlimited ? 0 : index % kept) * width
            let values = keys + headDim
            for channel in 0..<headDim { key[channel] += keys[channel] }
            for channel in 0..<headDim { value[channel] += values[channel] }
            weight += keys[2 * headDim]
        }
        for channel in 0..<headDim { key[channel] /= weight }
        for channel in 0..<headDim { value[channel] /= weight }
    }

    private func grow() {
        let larger = min(2 * capacity, kept)
        let fresh = UnsafeMutablePointer<Float>.allocate(capacity: larger * width)
        fresh.update(from: tokens, count: capacity * width)
        tokens.deallocate()
        (tokens, capacity) = (fresh, larger)
    }
}

/// 1 / (1 + e^−x).
func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
