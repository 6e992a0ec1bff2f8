import Files
import Foundation

/// A run of `bench`: measures rows in rounds, each between two readings of the machine's limits and, where there is
/// one, in turn with another program.
final class BenchRun {
    /// What was measured so far.
    private(set) var record: BenchRecord

    private let readings: LimitReadings
    private let program: BesideProgram?
    private let rounds: Int
    private let progress: (String) -> Void
    /// Whether it was told to end.
    let shouldStop: () -> Bool

    /// Measures the machine's limits, and gets ready for rows.
    init(
        job: BenchJob, load: MachineLoad, program: BesideProgram?, shouldStop: @escaping () -> Bool,
        progress: @escaping (String) -> Void
    ) {
        let probe = LimitsProbe(threads: job.threads, bytes: job.readBytes)
        readings = LimitReadings(first: probe.measure(passes: 6, progress: progress)) { kinds, limits in
            probe.measure(kinds, passes: 2, into: &limits)
        }
        record = BenchRecord(limits: readings.best, load: load)
        record.program = program?.name
        (self.program, rounds, self.shouldStop, self.progress) = (program, job.rounds, shouldStop, progress)
    }

    /// Measures rows, one after the other in every round.
    /// - Throws: `BenchError`; what measuring throws.
    func measure(_ rows: [BenchRow]) throws {
        // What the rows need was made since.
        readings.age()
        for round in 0..<rounds {
            for row in rows where (round == 0 || !row.isOnce) && record.skipped[row.name] == nil {
                try measure(row, round)
            }
        }
    }

    /// Leaves rows out.
    func skip(_ names: [String], _ reason: BenchSkipped) {
        for name in names { record.skip(name, "\(reason)") }
    }

    /// Ends it, whole or by an error: holds what was measured to limits and goals.
    func finish(_ error: (any Error)?, since start: ProcessorTimes) -> BenchRecord {
        var error = error
        program?.end()
        // Now it has said all that it will.
        do { try program?.checkUnread() } catch let more { error = error ?? more }
        (record.load.meanwhile, record.load.stolen) = ProcessorTimes.others(since: start)
        record.stopped = error.map { error in
            let isInterruption = (error as? BenchError)?.isInterruption ?? false
            return isInterruption ? "\(BenchError.interrupted(done: record.results.count))" : "\(error)".inOneLine
        }
        record.limits = readings.best
        record.close()
        return record
    }

    private func measure(_ row: BenchRow, _ round: Int) throws {
        guard !shouldStop() else { throw BenchError.interrupted(done: record.results.count) }
        do {
            // Which of the two goes first changes: neither has the other's moment always.
            let ((measured, rates), limits) = try readings.around(row.limits) {
                let early = round % 2 == 0 ? nil : try theirs(row.name)
                let result = try ours(row, round)
                return (result, try early ?? theirs(row.name))
            }
            var result = measured
            result.boundNow(by: limits)
            if let program, let rates {
                result.beside = BesideResult(
                    rates: rates, beside: result.rounds[0], goal: program.goals[row.name] ?? nil)
            }
            record.add(result)
        } catch let reason as BenchSkipped { skip([row.name], reason) }
    }

    /// A round of a row.
    private func ours(_ row: BenchRow, _ round: Int) throws -> BenchResult {
        progress(row.name)
        let result = try row.measure()
        // A run that takes long counts from the first on. That one is cold: of fewer than three it would move the median.
        guard round == 0, rounds < 3, !row.isOnce, result.rates.count == 1 else { return result }
        return try row.measure()
    }

    /// The other program's rates in a row, where there is one, apart from ours: threads that wait for work may turn for
    /// some milliseconds before they sleep, and take what the other needs.
    private func theirs(_ name: String) throws -> [Double]? {
        guard let program else { return nil }
        usleep(50_000)
        defer { usleep(50_000) }
        return try program.measure(name)
    }
}
