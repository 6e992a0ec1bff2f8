import Foundation

extension HeadPattern {
    /// The pattern at another compression ratio: every head's append rate r over the whole sequence of `tokens` becomes
    /// r^γ, with the one γ for which tokens / slots is `ratio`. A head's whole curve is multiplied by r^(γ − 1), so its
    /// shape over time stays.
    /// - Throws: `CapacityError.request` where no γ gives that ratio: some heads never merge.
    func scaled(toRatio ratio: Double, tokens: Int) throws -> HeadPattern {
        var rates: [(rate: Double, heads: Double)] = []
        for prompt in prompts {
            var counts = Array(repeating: 0.0, count: prompt.curves.count)
            for head in prompt.heads { counts[head] += 1 }
            for (curve, count) in zip(prompt.curves, counts) where count > 0 {
                rates.append((Double(curve.slots(after: tokens)) / Double(tokens), count))
            }
        }
        let exponent = try Self.exponent(rates, ratio: ratio)
        var other = self
        for index in prompts.indices {
            // Only lengths are known then, not which tokens are merged.
            other.prompts[index].shared = .everything
            other.prompts[index].curves = prompts[index].curves.map { curve in
                guard case .recorded(var recorded) = curve else { return curve }
                let rate = Double(recorded.slots(after: tokens)) / Double(tokens)
                recorded.factor = pow(rate, exponent - 1)
                return .recorded(recorded)
            }
        }
        return other
    }

    /// The γ with Σ heads · r^γ = Σ heads / ratio, by bisection: the sum falls as γ grows.
    private static func exponent(_ rates: [(rate: Double, heads: Double)], ratio: Double) throws -> Double {
        let goal = rates.reduce(0) { $0 + $1.heads } / ratio
        func sum(_ exponent: Double) -> Double { rates.reduce(0) { $0 + $1.heads * pow($1.rate, exponent) } }
        var low = 0.0
        var high = 1.0
        while sum(high) > goal {
            high *= 2
            guard high <= 1024 else {
                throw CapacityError.request(
                    "ratio \(ratio) cannot be reached by this trace: some of its heads never merge")
            }
        }
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if sum(middle) > goal { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
