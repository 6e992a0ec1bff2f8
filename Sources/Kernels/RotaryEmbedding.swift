import Foundation
import Synchronization

/// Rotary position embedding (Su et al., 2021) in Llama's rotate-half layout: channel i pairs with i + D/2 and turns by
/// position · base^(−2i/D). Angles are taken in double precision; the table grows with the positions asked for.
public final class RotaryEmbedding: Sendable {
    /// Width of a head.
    public let headDim: Int
    private let frequencies: [Double]
    private let table = Mutex<[Float]>([])

    /// For heads of `headDim` channels (an even number), with the model's `rope_theta` as `base`.
    /// - Parameter scaling: what becomes of each channel's angle per position.
    public init(headDim: Int, base: Double, scaling: (Double) -> Double = { $0 }) {
        precondition(headDim % 2 == 0, "rotation pairs channels")
        self.headDim = headDim
        frequencies = (0..<headDim / 2).map { scaling(pow(base, -2 * Double($0) / Double(headDim))) }
    }

    /// Cosines and sines for positions below `positions`, `[positions, 2, headDim / 2]`.
    public func table(positions: Int) -> [Float] {
        table.withLock { table in
            let known = table.count / headDim
            guard known < positions else { return table }
            // In steps, so that a table that grows token by token is not copied at each.
            for position in known..<max(positions, 2 * known, 256) {
                table += frequencies.map { Float(cos(Double(position) * $0)) }
                table += frequencies.map { Float(sin(Double(position) * $0)) }
            }
            return table
        }
    }
}

/// Turns one head's vector in place. `angles` is its position's row of `RotaryEmbedding.table`: `[2, headDim / 2]`.
@inlinable
public func rotate(_ vector: UnsafeMutablePointer<Float>, headDim: Int, angles: UnsafePointer<Float>) {
    let half = headDim / 2
    // Pointers of their own, so that no index is added up, and checked, in the loop.
    let (lows, highs, sines) = (vector, vector + half, angles + half)
    for channel in 0..<half {
        let (low, high) = (lows[channel], highs[channel])
        let (cosine, sine) = (angles[channel], sines[channel])
        lows[channel] = low * cosine - high * sine
        highs[channel] = high * cosine + low * sine
    }
}
