/// Wall time of pieces of work.
enum Stopwatch {
    /// Seconds that `body` takes.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        let duration = (ContinuousClock.now - start).components
        return Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    }
}

extension Stopwatch {
    /// The median of several runs' seconds, after one that is not counted; and how many they were. A run that takes
    /// long is not repeated for want of a warm-up.
    /// - Parameters:
    ///   - seconds: how long all runs should take together.
    ///   - most: runs at the most.
    static func median(
        seconds wanted: Double = 0.5, most: Int = 1000, _ body: () throws -> Void
    ) rethrows -> (seconds: Double, runs: Int) {
        let first = try Self.seconds(body)
        guard first < 4 * wanted else { return (first, 1) }
        var times: [Double] = []
        var sum = 0.0
        while times.count < 3 || sum < wanted, times.count < most {
            times.append(try Self.seconds(body))
            sum += times[times.count - 1]
        }
        return (times.sorted()[times.count / 2], times.count)
    }
}
