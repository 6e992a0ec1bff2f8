import Descriptions
import Files
import Foundation
import Inference
import Kernels

/// What `bench` is asked for: which of the measurements, and on how many threads.
public struct BenchJob: Sendable {
    /// Threads that compute.
    public var threads = WorkerPool.cores
    /// Bytes that are read to measure the bandwidth: far more than the caches hold.
    public var readBytes = 1 << 30
    /// Whether everything is measured, and not what some two minutes have room for.
    public var measuresAll = false
    /// What names must contain to be measured, one of these; empty for no condition.
    public var words: [String] = []
    /// Times that the measurements are made, one after the other, so that what else the machine does hits all of them.
    public var rounds = 3
    /// A command of the shell that measures its like of some rows in turn with them, and these alone; nil for none.
    public var beside: String?

    /// A job with the defaults that `bench` has.
    public init() {}

    /// Measures.
    /// - Parameters:
    ///   - progress: is told what comes next.
    ///   - warn: is told, before anything is measured, what will make it worth less.
    /// - Returns: what was measured; of a run that is stopped, all that was until then, and why.
    /// - Throws: where nothing was measured: `BenchError`; what loading models and writing temporary files throws.
    public func run(
        shouldStop: @escaping () -> Bool = { false }, progress: @escaping (String) -> Void = { _ in },
        warn: (String) -> Void = { _ in }
    ) throws -> BenchRecord {
        let start = ProcessorTimes()
        let load = MachineLoad.now()
        let program = try beside.map { try BesideProgram($0, shouldStop: shouldStop, progress: progress) }
        let plan = BenchPlan(measuresAll: measuresAll, words: words, named: program.map { Set($0.goals.keys) })
        try plan.checkWords(of: program?.name)
        let (needed, free) = (LimitsProbe.bytes(threads: threads, reading: readBytes), FreeMemory.bytes)
        guard needed < free else { throw BenchError.memory(bytes: needed, free: free) }
        let folder = try Self.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        if let warning = load.warningBefore { warn(warning) }
        let run = BenchRun(job: self, load: load, program: program, shouldStop: shouldStop, progress: progress)
        var failure: (any Error)?
        do {
            try inference(plan, run)
            try traces(plan, folder, run)
        } catch { failure = error }
        // What was measured until then is worth its minutes.
        guard !run.record.results.isEmpty else { throw failure ?? BenchError.unmeasured(run.record.skipped) }
        return run.finish(failure, since: start)
    }

    /// A folder for what is written and read meanwhile.
    private static func makeFolder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "headroom-bench-\(UUID().uuidString)").path
        guard mkdir(path, 0o700) == 0 else { throw FileError.unwritable(path: path, reason: FileError.systemReason) }
        return path
    }

    private func inference(_ plan: BenchPlan, _ run: BenchRun) throws {
        for weights in BenchPlan.weights {
            let cases = BenchPlan.cases(of: weights).filter { plan.contains($0.name) }
            guard !cases.isEmpty else { continue }
            do {
                let benches = try self.benches(of: cases, weights)
                try run.measure(
                    cases.map { one in
                        BenchRow(name: one.name, limits: one.limits) { try one.measure(benches[one.model]!) }
                    })
            } catch let reason as BenchSkipped { run.skip(cases.map(\.name), reason) }
        }
    }

    /// A bench for each model that the cases speak of, all over the same weights.
    /// - Throws: `BenchSkipped` where these do not fit into memory.
    private func benches(
        of cases: [BenchPlan.ModelCase], _ weights: BenchWeights
    ) throws -> [BenchModel: InferenceBench] {
        let source = try weights.make()
        return try Dictionary(
            uniqueKeysWithValues: Set(cases.map(\.model)).map {
                ($0, try InferenceBench($0, weights: source, threads: threads))
            })
    }

    private func traces(_ plan: BenchPlan, _ folder: String, _ run: BenchRun) throws {
        if plan.contains("trace/") {
            try run.measure(TraceBench(folder: folder).rows.filter { plan.contains($0.name) })
        }
        if BenchPlan.jobs.contains(where: plan.contains) {
            let jobs = try JobBench(threads: threads, folder: folder, shouldStop: run.shouldStop)
            try run.measure(jobs.rows.filter { plan.contains($0.name) })
        }
    }
}

extension LimitsProbe {
    /// Bytes that it takes: what is read, our own products' matrices, and what OpenBLAS multiplies and packs on every
    /// thread.
    fileprivate static func bytes(threads: Int, reading: Int) -> Int { reading + (96 + 48 * threads) << 20 }
}
