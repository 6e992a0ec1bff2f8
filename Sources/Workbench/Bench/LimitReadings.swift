/// Readings of the machine's limits around what is measured: what else the machine does comes and goes, and with it what
/// it has left for this. That is at least the better of what it had before and after.
package final class LimitReadings {
    private let measure: (_ kinds: LimitKinds, _ limits: inout MachineLimits) -> Void
    /// The limits as they were read last.
    private var latest: MachineLimits
    /// Those of them that were read after all else that was done.
    private var fresh: LimitKinds = []
    /// The best of all readings.
    package private(set) var best: MachineLimits

    /// - Parameters:
    ///   - first: a reading of all limits.
    ///   - measure: reads some of them anew.
    package init(first: MachineLimits, measure: @escaping (LimitKinds, inout MachineLimits) -> Void) {
        self.measure = measure
        (latest, best) = (first, first)
    }

    /// Says that something was done since the last reading, which is not of now any more.
    package func age() { fresh = [] }

    /// Does some work between two readings of the limits `kinds`, of which the second serves the next work as its first.
    /// - Returns: what comes of the work, and the better of the two; other limits are as they were read last.
    package func around<Result>(_ kinds: LimitKinds, _ work: () throws -> Result) rethrows -> (Result, MachineLimits) {
        var limits = read(kinds)
        age()
        let result = try work()
        limits.raise(to: read(kinds))
        return (result, limits)
    }

    private func read(_ kinds: LimitKinds) -> MachineLimits {
        measure(kinds.subtracting(fresh), &latest)
        fresh.formUnion(kinds)
        best.raise(to: latest)
        return latest
    }
}
