/// How a figure spreads over prompts.
public struct Spread: Hashable, Sendable, Codable {
    /// Mean.
    public let mean: Double
    /// Median.
    public let p50: Double
    /// The figure that 99 % of prompts do not exceed.
    public let p99: Double
    /// Largest.
    public let max: Double

    /// The spread of at least one figure.
    public init(_ figures: [Double]) {
        let sorted = figures.sorted()
        mean = figures.reduce(0, +) / Double(figures.count)
        p50 = sorted.quantile(0.5)
        p99 = sorted.quantile(0.99)
        max = sorted[sorted.count - 1]
    }
}

extension [Double] {
    /// The quantile `share` of values in rising order, between neighbours by their distance (Hyndman and Fan, 1996,
    /// definition 7).
    func quantile(_ share: Double) -> Double {
        let place = share * Double(count - 1)
        let below = Int(place)
        guard below + 1 < count else { return self[count - 1] }
        return self[below] + (place - Double(below)) * (self[below + 1] - self[below])
    }
}
