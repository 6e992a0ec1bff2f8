import Histogram

/// Many durations, summed up: an HDR histogram of nanoseconds, so that millions of gaps between tokens take no more
/// room than a few. Percentiles are right to three digits; mean and maximum are exact.
package struct LatencyDigest: Sendable {
    private var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    private var sum = 0.0
    private var longest = 0.0

    /// No durations.
    package init() {}

    /// Durations in seconds.
    package init(_ seconds: some Sequence<Double>) { for value in seconds { record(value) } }

    /// Adds a duration in seconds, 0 or more. One beyond 292 years counts as that.
    package mutating func record(_ seconds: Double) {
        histogram.record(UInt64(min(max(seconds * 1e9, 0), 0x1p62)))
        sum += seconds
        longest = max(longest, seconds)
    }

    /// How many there are.
    package var count: Int { Int(histogram.totalCount) }

    /// Their mean, percentiles and maximum; nil where there is none.
    package var summary: LatencySummary? {
        guard count > 0 else { return nil }
        return LatencySummary(
            mean: sum / Double(count), p50: value(at: 50), p90: value(at: 90), p99: value(at: 99), max: longest)
    }

    /// The duration in seconds that so many hundredths do not exceed.
    package func value(at percentile: Double) -> Double {
        min(Double(histogram.valueAtPercentile(percentile)) * 1e-9, longest)
    }
}

/// Durations in seconds, summed up.
public struct LatencySummary: Hashable, Sendable, Codable {
    /// Their mean.
    public var mean: Double
    /// What half of them do not exceed.
    public var p50: Double
    /// What 90 of a hundred do not exceed.
    public var p90: Double
    /// What 99 of a hundred do not exceed.
    public var p99: Double
    /// The longest.
    public var max: Double
}
