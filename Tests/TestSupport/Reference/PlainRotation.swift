import Foundation

/// Rotary embedding in the rotate-half layout, in double precision: channel i and channel i + D/2 are a point that turns
/// by position · base^(−2i/D). The angles are taken once.
struct PlainRotation {
    /// `[positions][headDim / 2]`.
    private let turns: [[(cosine: Double, sine: Double)]]

    init(positions: Int, headDim: Int, base: Double) {
        turns = (0..<positions).map { position in
            (0..<headDim / 2).map { i in
                let angle = Double(position) * pow(base, -2 * Double(i) / Double(headDim))
                return (cos(angle), sin(angle))
            }
        }
    }

    func callAsFunction(_ vector: [Double], _ position: Int) -> [Double] {
        let half = vector.count / 2
        var result = vector
        for (i, turn) in turns[position].enumerated() {
            result[i] = vector[i] * turn.cosine - vector[i + half] * turn.sine
            result[i + half] = vector[i + half] * turn.cosine + vector[i] * turn.sine
        }
        return result
    }
}
