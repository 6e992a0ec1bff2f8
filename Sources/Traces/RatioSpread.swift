/// How a ratio varies from prompt to prompt; every prompt weighs the same.
public struct RatioSpread: Equatable, Sendable {
    /// Mean over prompts. (For the compression of them all together see the summary: a mean of ratios is not it.)
    public let mean: Double
    /// The least compressed prompt's.
    public let minimum: Double
    /// The most compressed prompt's.
    public let maximum: Double
    /// Standard deviation over prompts (of these prompts: divided by their number) over the mean; 0 for one prompt.
    public let coefficientOfVariation: Double

    /// The spread of at least one ratio.
    public init(_ ratios: [Double]) {
        precondition(!ratios.isEmpty, "at least one ratio")
        let count = Double(ratios.count)
        let mean = ratios.reduce(0, +) / count
        let variance = ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        self.mean = mean
        minimum = ratios.min()!
        maximum = ratios.max()!
        coefficientOfVariation = variance.squareRoot() / mean
    }
}
