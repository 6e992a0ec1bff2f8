import Descriptions
import Foundation

/// Chooses tokens of one sequence, by its settings and its own stream of random numbers.
public struct Sampler: Sendable {
    private let settings: SamplingSettings
    private var random: RandomSource

    /// A sampler for the sequence numbered `stream`.
    public init(_ settings: SamplingSettings, seed: UInt64 = 0, stream: Int = 0) {
        self.settings = settings
        random = RandomSource(seed: seed, stream: stream)
    }

    /// The next token, given the logits of the whole vocabulary. Of equal logits the lowest token comes first.
    public mutating func next(_ logits: UnsafeBufferPointer<Float>) -> Int {
        guard settings.temperature > 0 else { return Self.likeliest(logits) }
        let candidates = candidates(logits)
        let largest = logits[candidates[0]]
        var weights = candidates.map { exp(Double(logits[$0] - largest) / settings.temperature) }
        if let topP = settings.topP { weights = Self.nucleus(weights, topP) }
        var rest = random.nextUnit() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return candidates[index] }
        }
        return candidates[weights.count - 1]
    }

    private static func likeliest(_ logits: UnsafeBufferPointer<Float>) -> Int {
        var best = 0
        for token in logits.indices where logits[token] > logits[best] { best = token }
        return best
    }

    /// Tokens that may be chosen, likeliest first; at least one.
    private func candidates(_ logits: UnsafeBufferPointer<Float>) -> [Int] {
        let ordered = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
        return Array(ordered.prefix(max(1, settings.topK ?? ordered.count)))
    }

    /// The shortest run of the likeliest whose share reaches `topP` (Holtzman et al., 2020).
    private static func nucleus(_ weights: [Double], _ topP: Double) -> [Double] {
        let total = weights.reduce(0, +)
        var sum = 0.0
        for (index, weight) in weights.enumerated() {
            sum += weight
            if sum >= topP * total { return Array(weights[...index]) }
        }
        return weights
    }
}
