import Foundation

/// The range of an axis and the ticks on it, in the unit it is drawn in. gnuplot would find its own, but with
/// labels that depend on the locale and know no thousands separators.
struct AxisTicks: Equatable {
    /// Where the axis begins and ends.
    var range: ClosedRange<Double>
    /// The ticks, ascending.
    var values: [Double]
    /// What stands at each tick.
    var labels: [String]

    /// An axis from zero, or `smallest` where that is below, to `largest`; or a little beyond where it `leavesRoom`.
    static func linear(smallest: Double = 0, largest: Double, leavesRoom: Bool) -> AxisTicks {
        let low = min(0, smallest)
        let step = niceStep((largest - low) / 5)
        let room = leavesRoom ? (largest - low) * 0.06 : 0
        let (start, end) = (low < 0 ? low - room : 0, largest + room)
        let first = min(0, Int((start / step - 1e-9).rounded(.up)))
        let values = (first...max(0, Int((end / step + 1e-9).rounded(.down)))).map { Double($0) * step }
        let places = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
        return AxisTicks(
            range: start...end, values: values, labels: values.map { NumberText.fixed($0, places: places) })
    }

    /// An axis from `smallest` to `largest`, both positive, or a little beyond where it `leavesRoom`; with ticks at
    /// powers of `base`.
    static func logarithmic(smallest: Double, largest: Double, base: Int, leavesRoom: Bool) -> AxisTicks {
        // A hair beyond in any case, or gnuplot's rounding may lose a tick at the very end.
        let room = leavesRoom ? 1.2 : 1 + 1e-6
        let range = (smallest / room)...(max(largest, smallest) * room)
        let exponent = { (value: Double) in log(value) / log(Double(base)) }
        let low = Int(exponent(range.lowerBound).rounded(.down))
        let high = Int(exponent(range.upperBound).rounded(.up))
        var values = Swift.stride(from: low, through: high, by: max(1, (high - low + 8) / 9))
            .map { pow(Double(base), Double($0)) }
        if base == 10 && high - low <= 4 { values = values.flatMap { [$0, 2 * $0, 5 * $0] } }
        values = values.filter(range.contains)
        return AxisTicks(range: range, values: values, labels: values.map { NumberText.significant($0, digits: 1) })
    }

    /// 1, 2 or 5 times a power of ten, at least `step`.
    private static func niceStep(_ step: Double) -> Double {
        guard step > 0, step.isFinite else { return 1 }
        let power = pow(10, log10(step).rounded(.down))
        let factor = [1, 2, 5, 10].first { $0 * power >= step * (1 - 1e-9) } ?? 10
        return factor * power
    }
}
