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
    /// Whether everything is measured, and not what a minute or two have room for.
    public var measuresAll = false
    /// What names must contain to be measured, one of these; empty for no condition.
    public var words: [String] = []
    /// Times that each model's measurements are made, one after the other, so that what else the machine does hits
    /// all of them.
    public var rounds = 3

    /// A job with the defaults that `bench` has.
    public init() {}

    /// Measures.
    /// - Parameters:
    ///   - progress: is told what comes next.
    ///   - warn: is told, before anything is measured, what will make it worth less.
    /// - Returns: what was measured; of a run that is stopped, all that was until then.
    /// - Throws: `BenchError`; what loading models and writing temporary files throws.
    public func run(
        shouldStop: () -> Bool = { false }, progress: (String) -> Void = { _ in }, warn: (String) -> Void = { _ in }
    ) throws -> BenchRecord {
        let plan = BenchPlan(measuresAll: measuresAll, words: words)
        let idle = plan.idleWords
        guard idle.isEmpty else { throw BenchError.nothing(words: idle) }
        let folder = try Self.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let load = MachineLoad.now()
        if let warning = load.warningBefore { warn(warning) }
        let start = ProcessorTimes()
        let probe = LimitsProbe(threads: threads, bytes: readBytes)
        var record = BenchRecord(limits: probe.measure(passes: 6, progress: progress), load: load)
        func measure(_ name: String, _ body: () throws -> BenchResult) throws {
            guard plan.contains(name) else { return }
            if shouldStop() { throw BenchError.interrupted(done: record.results.count) }
            progress(name)
            // What else the machine does comes and goes, and with it what it has left for this.
            let limits = probe.measure(passes: 2)
            record.limits.raise(to: limits)
            do {
                var result = try body()
                result.boundNow(by: limits)
                record.add(result)
            } catch let reason as BenchSkipped { record.skipped[name] = "\(reason)" }
        }
        do {
            try inference(plan, measure)
            try traces(plan, folder, measure)
        } catch let error as BenchError {
            // What was measured until then is worth its minutes.
            guard case .interrupted = error, !record.results.isEmpty else { throw error }
            warn("\(error)")
        }
        (record.load.meanwhile, record.load.stolen) = ProcessorTimes.others(since: start)
        record.close()
        return record
    }

    /// A folder for what is written and read meanwhile.
    private static func makeFolder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "headroom-bench-\(UUID().uuidString)").path
        guard mkdir(path, 0o700) == 0 else { throw FileError.unwritable(path: path, reason: FileError.systemReason) }
        return path
    }

    private typealias Measure = (_ name: String, _ body: () throws -> BenchResult) throws -> Void

    private func inference(_ plan: BenchPlan, _ measure: Measure) throws {
        for weights in BenchPlan.weights {
            let cases = BenchPlan.cases(of: weights).filter { plan.contains($0.name) }
            guard !cases.isEmpty else { continue }
            let benches: [BenchModel: InferenceBench]
            do { benches = try self.benches(of: cases, weights) } catch let reason as BenchSkipped {
                for one in cases { try measure(one.name) { throw reason } }
                continue
            }
            for _ in 0..<rounds {
                for one in cases { try measure(one.name) { try one.measure(benches[one.model]!) } }
            }
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

    private func traces(_ plan: BenchPlan, _ folder: String, _ measure: Measure) throws {
        if plan.contains("trace/") {
            let bench = TraceBench(folder: folder)
            try measure("trace/write") { try bench.write() }
            try measure("trace/scan") { try bench.scan(compressed: false) }
            try measure("trace/scan-compressed") { try bench.scan(compressed: true) }
            try measure("trace/size-compressed") { try bench.size() }
            try measure("trace/replay") { bench.replay() }
        }
        if BenchPlan.jobs.contains(where: plan.contains) {
            let bench = try JobBench(threads: threads, folder: folder)
            try measure("record/bundled") { try bench.record() }
            try measure("plan/sweep") { try bench.plan() }
            try measure("compare/traces") { try bench.compare() }
            try measure("simulate/dmc") { try bench.simulate() }
        }
    }
}
