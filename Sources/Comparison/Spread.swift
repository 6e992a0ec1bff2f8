/// How a figure spreads over prompts.
public struct Spread: Hashable, Sendable, Codable {
    /// Mean.
    public let mean: Double
    /// The least figure that half of the prompts do not exceed.
    public let p50: Double
    /// The least figure that 99 % of the prompts do not exceed: of fewer than 100 prompts the largest.
    public let p99: Double
    /// Largest.
    public let max: Double

    /// The spread of at least one figure.
    public init(_ figures: [Double]) {
        let sorted = figures.sorted()
        mean = figures.reduce(0, +) / Double(figures.count)
        p50 = sorted.rank(0.5)
        p99 = sorted.rank(0.99)
        max = sorted[sorted.count - 1]
    }
}

extension [Double] {
    /// The least of values in rising order that a `share` of them does not exceed: one of them, none between two.
    fileprivate func rank(_ share: Double) -> Double {
        self[Swift.max(0, Int((share * Double(count) - 1e-9).rounded(.up)) - 1)]
    }

    /// The quantile `share` of values in rising order, between neighbours by their distance (Hyndman and Fan, 1996,
    /// definition 7).
    func quantile(_ share: Double) -> Double {
        let place = share * Double(count - 1)
        let below = Int(place)
        guard below + 1 < count else { return self[count - 1] }
        return self[below] + (place - Double(below)) * (self[below + 1] - self[below])
    }
}
