/// Wall time of pieces of work.
enum Stopwatch {
    /// Seconds that `body` takes.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        let duration = (ContinuousClock.now - start).components
        return Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    }

    /// Seconds of each of several runs, after one that is not counted. Where a run takes long, the first one counts,
    /// and none is repeated beyond `least`.
    /// - Parameters:
    ///   - wanted: how long all runs should take together, in seconds.
    ///   - runs: how many there are at the least, and at the most.
    static func times(
        seconds wanted: Double, runs: ClosedRange<Int>, _ body: () throws -> Void
    ) rethrows -> [Double] {
        let first = try seconds(body)
        var times = first < wanted ? [] : [first]
        var sum = times.reduce(0, +)
        while times.count < runs.lowerBound || sum < wanted, times.count < runs.upperBound {
            times.append(try seconds(body))
            sum += times[times.count - 1]
        }
        return times
    }

    /// Seconds of pairs of runs of two pieces of work, now the first ahead and now the second: what else the machine
    /// does hits both.
    static func pairs(
        _ count: Int, _ first: () throws -> Void, _ second: () throws -> Void
    ) rethrows -> [(first: Double, second: Double)] {
        try (0..<count).map { pair in
            let ahead = pair % 2 == 0 ? try seconds(first) : nil
            let other = try seconds(second)
            return (try ahead ?? seconds(first), other)
        }
    }
}
