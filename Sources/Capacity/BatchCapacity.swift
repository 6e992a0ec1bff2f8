/// How many sequences fit where prompts need different numbers of bytes.
struct BatchCapacity: Sendable {
    /// Bytes that each prompt needs at its peak; at least one prompt, all above 0.
    let bytes: [Int]
    /// Bytes there are.
    let limit: Int

    /// The largest number of copies of the prompt that needs most.
    var worstCase: Int { limit / (bytes.max() ?? 1) }

    /// The largest number of prompts, drawn with replacement, each as likely, that fit with at least `probability`.
    func largest(probability: Double) -> Int {
        guard let least = bytes.min(), let most = bytes.max(), least < most else { return worstCase }
        let top = limit / least
        var low = worstCase
        var step = 1
        while low + step <= top, probabilityOfFit(low + step) >= probability {
            low += step
            step *= 2
        }
        var high = min(low + step, top + 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if probabilityOfFit(middle) >= probability { low = middle } else { high = middle }
        }
        return low
    }

    /// The probability that `count` prompts drawn with replacement fit: the distribution of one prompt's bytes, on a
    /// grid from the least, convolved with itself `count` times by way of its Fourier transform.
    func probabilityOfFit(_ count: Int) -> Double {
        guard count > 0, let least = bytes.min(), let most = bytes.max() else { return 1 }
        guard count * least <= limit else { return 0 }
        guard count * most > limit else { return 1 }
        let grid = Grid(bytes: bytes, least: least, count: count)
        let room = Int((Double(limit - count * least) / grid.cell).rounded(.down))
        let sums = FourierTransform.power(of: grid.mass, count)
        return sums[...min(room, sums.count - 1)].reduce(0, +)
    }

    /// The probability mass of a prompt's bytes above the least, on cells of equal width.
    private struct Grid {
        /// Bytes a cell stands for.
        let cell: Double
        /// The probability of each cell.
        let mass: [Double]

        /// Cells that all sums together may have; beyond it the grid is coarser than the bytes.
        private static let mostCells = 1 << 18

        init(bytes: [Int], least: Int, count: Int) {
            let excess = bytes.map { $0 - least }
            let unit = excess.reduce(0, Self.divisor)
            let cells = max(64, Self.mostCells / count)
            let range = excess.max() ?? 0
            let cell = range / unit <= cells ? Double(unit) : Double(range) / Double(cells)
            self.cell = cell
            mass = Self.mass(excess, cell: cell)
        }

        /// Mass between two cells is split so that its mean stays: no bias builds up over many draws.
        private static func mass(_ excess: [Int], cell: Double) -> [Double] {
            var mass = Array(repeating: 0.0, count: Int(Double(excess.max() ?? 0) / cell) + 2)
            for value in excess {
                let place = Double(value) / cell
                let lower = Int(place)
                let part = place - Double(lower)
                mass[lower] += (1 - part) / Double(excess.count)
                if part > 0 { mass[lower + 1] += part / Double(excess.count) }
            }
            return mass
        }

        private static func divisor(_ one: Int, _ other: Int) -> Int {
            other == 0 ? one : divisor(other, one % other)
        }
    }
}
