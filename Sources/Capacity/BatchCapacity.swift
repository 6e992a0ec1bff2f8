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
    package func probabilityOfFit(_ count: Int) -> Double {
        guard count > 0, let least = bytes.min(), let most = bytes.max() else { return 1 }
        guard count * least <= limit else { return 0 }
        guard count * most > limit else { return 1 }
        let grid = DrawGrid(excess: bytes.map { $0 - least }, count: count)
        let room = Int((Double(limit - count * least) / grid.cell).rounded(.down))
        let first = grid.firstSum
        guard room >= first else { return 0 }
        let sums = FourierTransform.power(of: grid.mass, count, size: grid.size)
        return (first...min(room, first + grid.size - 1)).reduce(0) { $0 + sums[$1 % grid.size] }
    }
}
