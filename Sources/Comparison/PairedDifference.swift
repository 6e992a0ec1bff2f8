import Descriptions

/// How much one run of prompts scores above another, with an interval over prompts.
public struct PairedDifference: Hashable, Sendable, Codable {
    /// Nats a predicted token, over all tokens of all prompts.
    public let mean: Double
    /// Lower end of the interval; nil where a single prompt was scored, which says nothing of others.
    public let low: Double?
    /// Upper end of the interval; nil as `low`.
    public let high: Double?

    /// Share of resamples within the interval.
    public static let confidence = 0.95
    /// Resamples drawn.
    public static let resamples = 10_000

    /// A difference by its numbers.
    public init(mean: Double, low: Double?, high: Double?) {
        self.mean = mean
        self.low = low
        self.high = high
    }

    /// The paired percentile bootstrap (Efron and Tibshirani, 1993, section 13.3): prompts are drawn with replacement, as
    /// many as there are, and the ratio Σ difference / Σ tokens is taken of each draw. Prompts of which no token was
    /// predicted take no part.
    /// - Parameters:
    ///   - prompts: for each prompt the sum over its predicted tokens of the difference in nats, and their number;
    ///     at least one token in all.
    ///   - confidence: the share of resamples within the interval.
    public init(
        prompts: [(difference: Double, tokens: Int)], seed: UInt64 = 0, confidence: Double = Self.confidence
    ) {
        let prompts = prompts.filter { $0.tokens > 0 }
        let all = Self.ratio(prompts)
        guard prompts.count > 1 else {
            self.init(mean: all, low: nil, high: nil)
            return
        }
        var random = RandomSource(seed: seed)
        var draws = (0..<Self.resamples).map { _ in
            Self.ratio(prompts.indices.map { _ in prompts[Int.random(in: prompts.indices, using: &random)] })
        }
        draws.sort()
        let tail = (1 - confidence) / 2
        self.init(mean: all, low: draws.quantile(tail), high: draws.quantile(1 - tail))
    }

    private static func ratio(_ prompts: [(difference: Double, tokens: Int)]) -> Double {
        let tokens = prompts.reduce(0) { $0 + $1.tokens }
        return tokens == 0 ? 0 : prompts.reduce(0) { $0 + $1.difference } / Double(tokens)
    }
}
