import Foundation

/// A run of `bench`: measures rows in rounds, each beside the machine's limits just before it and, where there is one,
/// in turn with another program.
final class BenchRun {
    /// What was measured so far.
    private(set) var record: BenchRecord

    private let probe: LimitsProbe
    private let program: BesideProgram?
    private let rounds: Int
    private let shouldStop: () -> Bool
    private let progress: (String) -> Void

    /// Measures the machine's limits, and gets ready for rows.
    init(
        job: BenchJob, load: MachineLoad, program: BesideProgram?, shouldStop: @escaping () -> Bool,
        progress: @escaping (String) -> Void
    ) {
        probe = LimitsProbe(threads: job.threads, bytes: job.readBytes)
        record = BenchRecord(limits: probe.measure(passes: 6, progress: progress), load: load)
        record.program = program?.name
        (self.program, rounds, self.shouldStop, self.progress) = (program, job.rounds, shouldStop, progress)
    }

    /// Measures rows, one after the other in every round.
    /// - Throws: `BenchError`; what measuring throws.
    func measure(_ rows: [BenchRow]) throws {
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
    func finish(_ error: BenchError?, since start: ProcessorTimes) -> BenchRecord {
        program?.end()
        (record.load.meanwhile, record.load.stolen) = ProcessorTimes.others(since: start)
        record.stopped = error.map { "\($0.isInterruption ? .interrupted(done: record.results.count) : $0)" }
        record.close()
        return record
    }

    private func measure(_ row: BenchRow, _ round: Int) throws {
        guard !shouldStop() else { throw BenchError.interrupted(done: record.results.count) }
        progress(row.name)
        // What else the machine does comes and goes, and with it what it has left for this.
        let limits = probe.measure(passes: 2)
        record.limits.raise(to: limits)
        do {
            guard let program else { return record.add(try ours(row, round, limits)) }
            // Which of the two goes first changes: neither has the other's moment always.
            let early = round % 2 == 0 ? nil : try theirs(row.name, program)
            var result = try ours(row, round, limits)
            let rates = try early ?? theirs(row.name, program)
            result.beside = BesideResult(
                rates: rates, beside: result.rounds, goal: program.goals[row.name] ?? nil)
            record.add(result)
        } catch let reason as BenchSkipped { record.skip(row.name, "\(reason)") }
    }

    /// A round of a row.
    private func ours(_ row: BenchRow, _ round: Int, _ limits: MachineLimits) throws -> BenchResult {
        var result = try row.measure()
        // A run that takes long counts from the first on. That one is cold: of fewer than three it would move the median.
        if round == 0, rounds < 3, !row.isOnce, result.rates.count == 1 { result = try row.measure() }
        result.boundNow(by: limits)
        return result
    }

    /// The other program's rates in a row, apart from ours: threads that wait for work may turn for some milliseconds
    /// before they sleep, and take what the other needs.
    private func theirs(_ name: String, _ program: BesideProgram) throws -> [Double] {
        usleep(50_000)
        defer { usleep(50_000) }
        return try program.measure(name)
    }
}
