/// The probability mass of one draw on cells of equal width, and the window of sums of many draws that matters.
struct DrawGrid: Sendable {
    /// What a cell stands for.
    let cell: Double
    /// The probability of each cell.
    let mass: [Double]
    /// The first sum, in cells, that may come up.
    let firstSum: Int
    /// How many sums from there on may: a power of two. All others together are less likely than 10⁻¹¹.
    let size: Int

    /// Sums that a grid may have at most; where there would be more, it is coarser than the values. A cell is then about
    /// a thousandth of the sum's deviation for many draws, and up to a 280th for few of which one in a hundred is large.
    /// Sums are off by half a cell, whatever the number of draws; those of few draws, which lie apart, by one.
    private static let mostSums = 1 << 14
    /// How many of them are left for what is rounded up: a cell a draw where the window is whole, which it is of less than
    /// a hundred draws, and a few where it is not.
    private static let spareSums = 128

    /// - Parameters:
    ///   - excess: the values, each as likely as the next: the least is 0, the largest above.
    ///   - count: how many are drawn.
    init(excess: [Int], count: Int) {
        let values = excess.map(Double.init)
        let largest = values.max() ?? 0
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        let reach = Self.reach(largest: largest, variance: variance * Double(count))
        let width = min(largest * Double(count), 2 * reach)
        let unit = Double(excess.reduce(0, Self.divisor))
        let cell = max(unit, (width + largest) / Double(Self.mostSums - Self.spareSums))
        let mass = Self.mass(values, cell: cell)
        self.cell = cell
        self.mass = mass
        let isWhole = width < 2 * reach
        firstSum = isWhole ? 0 : max(0, Int((mean * Double(count) - reach) / cell) - 1)
        let wanted = isWhole ? (mass.count - 1) * count + 1 : Int(width / cell) + mass.count + 3
        var size = 1
        while size < max(wanted, mass.count) { size *= 2 }
        self.size = size
    }

    /// How far from its mean the sum may be. By Bernstein's inequality P(|S − μ| > t) ≤ 2·exp(−t² / 2(V + M·t/3)) for
    /// a sum of variance V of values no further than M from their mean; the exponent is made −28.
    private static func reach(largest: Double, variance: Double) -> Double {
        let half = 28 * largest / 3
        return half + (half * half + 56 * variance).squareRoot()
    }

    /// A value between cells is split over three of them so that its mean and its square stay: neither the mean nor the
    /// deviation of many draws is off. A part may be below 0; no frequency grows by that (it is the scheme of Lax and
    /// Wendroff 1960), so that nothing builds up over many draws. A value on a cell stays whole.
    private static func mass(_ values: [Double], cell: Double) -> [Double] {
        var mass = Array(repeating: 0.0, count: max(1, Int((values.max() ?? 0) / cell)) + 2)
        let share = 1 / Double(values.count)
        for value in values {
            let middle = max(1, Int(value / cell))
            let rest = value / cell - Double(middle)
            mass[middle - 1] += share * rest * (rest - 1) / 2
            mass[middle] += share * (1 - rest * rest)
            mass[middle + 1] += share * rest * (rest + 1) / 2
        }
        return mass
    }

    private static func divisor(_ one: Int, _ other: Int) -> Int {
        other == 0 ? one : divisor(other, one % other)
    }
}
