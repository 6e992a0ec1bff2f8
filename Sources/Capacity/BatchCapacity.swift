import Foundation

/// How many sequences fit where prompts need different numbers of bytes.
package struct BatchCapacity: Sendable {
    /// Bytes that each prompt needs at its peak; at least one prompt, all above 0.
    package let bytes: [Int]
    /// Bytes there are.
    package let limit: Int

    /// Prompts that need so many bytes each, and so many bytes for them all.
    package init(bytes: [Int], limit: Int) {
        self.bytes = bytes
        self.limit = limit
    }

    /// The largest number of copies of the prompt that needs most.
    package var worstCase: Int { limit / (bytes.max() ?? 1) }

    /// The largest number of prompts, drawn with replacement, each as likely, that fit with at least `probability`.
    package func largest(probability: Double) -> Int {
        guard let least = bytes.min(), let most = bytes.max(), least < most else { return worstCase }
        var low = worstCase
        var high = limit / least + 1
        guard high - low > 1 else { return low }
        var guess = min(max(likely(probability), low + 1), high - 1)
        var step = 1
        // From the guess on in growing steps, until one number fits and one does not; then by halves.
        while low < guess, guess < high {
            let fits = probabilityOfFit(guess) >= probability
            if fits { low = guess } else { high = guess }
            guess += fits ? step : -step
            step *= 2
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if probabilityOfFit(middle) >= probability { low = middle } else { high = middle }
        }
        return low
    }

    /// About how many fit with that probability, were the sum normal: n with n·μ + z·√n·σ = limit.
    private func likely(_ probability: Double) -> Int {
        let values = bytes.map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        let spread = Self.normalQuantile(probability) * variance.squareRoot()
        let root = ((spread * spread + 4 * mean * Double(limit)).squareRoot() - spread) / (2 * mean)
        return Int(root * root)
    }

    /// The z under which a normal number falls with that probability, by bisection.
    private static func normalQuantile(_ probability: Double) -> Double {
        var low = -8.0
        var high = 8.0
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if erfc(-middle / 2.squareRoot()) / 2 < probability { low = middle } else { high = middle }
        }
        return low
    }

    /// The probability that `count` prompts drawn with replacement fit.
    package func probabilityOfFit(_ count: Int) -> Double {
        guard count > 0, let least = bytes.min(), let most = bytes.max() else { return 1 }
        guard count * least <= limit else { return 0 }
        guard count * most > limit else { return 1 }
        let (grid, sums) = distribution(of: count)
        let room = Int((Double(limit - count * least) / grid.cell).rounded(.down))
        let first = grid.firstSum
        guard room >= first else { return 0 }
        // Within a cell of a value that was split the sum may leave 0 to 1.
        return min(1, max(0, (first...min(room, first + grid.size - 1)).reduce(0) { $0 + sums[$1 % grid.size] }))
    }

    /// The least limit, whatever the one there is, under which `count` prompts drawn with replacement fit with at least
    /// `probability`.
    package func leastLimit(for count: Int, probability: Double) -> Int {
        guard count > 0, let least = bytes.min(), let most = bytes.max() else { return 0 }
        guard least < most else { return count * most }
        let (grid, sums) = distribution(of: count)
        var mass = 0.0
        for sum in grid.firstSum..<grid.firstSum + grid.size {
            mass += sums[sum % grid.size]
            if mass >= probability {
                return min(count * most, count * least + Int((Double(sum) * grid.cell).rounded(.up)))
            }
        }
        return count * most
    }

    /// The distribution of the bytes of `count` draws above `count` times the least: one prompt's, on a grid from the
    /// least, convolved with itself `count` times by way of its Fourier transform.
    private func distribution(of count: Int) -> (grid: DrawGrid, sums: [Double]) {
        let least = bytes.min() ?? 0
        let grid = DrawGrid(excess: bytes.map { $0 - least }, count: count)
        return (grid, FourierTransform.power(of: grid.mass, count, size: grid.size))
    }
}
