import Descriptions
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

    /// A job with the defaults that `bench` has.
    public init() {}

    /// Measures.
    /// - Parameter progress: is told what comes next.
    /// - Throws: `Interrupted` when `shouldStop` ended it; `BenchError.nothing`; what loading models and writing
    ///   temporary files throws.
    public func run(
        shouldStop: () -> Bool = { false }, progress: (String) -> Void = { _ in }
    ) throws -> BenchRecord {
        let plan = BenchPlan(measuresAll: measuresAll, words: words)
        guard !plan.isEmpty else { throw BenchError.nothing(words: words) }
        let folder = FileManager.default.temporaryDirectory.appending(path: "headroom-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var record = BenchRecord(limits: MachineLimits.measure(threads: threads, bytes: readBytes, progress: progress))
        func measure(_ name: String, _ body: () throws -> BenchResult) throws {
            guard plan.contains(name) else { return }
            if shouldStop() { throw BenchError.interrupted(done: record.results.count) }
            progress(name)
            do { record.results.append(try body()) } catch let reason as BenchSkipped {
                record.skipped[name] = "\(reason)"
            }
        }
        try inference(plan, record.limits, measure)
        try traces(plan, record.limits, folder, measure)
        return record
    }

    private typealias Measure = (_ name: String, _ body: () throws -> BenchResult) throws -> Void

    private func inference(_ plan: BenchPlan, _ limits: MachineLimits, _ measure: Measure) throws {
        for model in BenchPlan.models {
            let cases = BenchPlan.cases(of: model).filter { plan.contains($0.name) }
            guard !cases.isEmpty else { continue }
            let bench = try InferenceBench(model, limits: limits)
            for one in cases { try measure(one.name) { try one.measure(bench) } }
        }
    }

    private func traces(
        _ plan: BenchPlan, _ limits: MachineLimits, _ folder: String, _ measure: Measure
    ) throws {
        if plan.contains("trace/") {
            let bench = TraceBench(limits: limits, folder: folder)
            try measure("trace/write") { try bench.write() }
            try measure("trace/scan") { try bench.scan(compressed: false) }
            try measure("trace/scan-compressed") { try bench.scan(compressed: true) }
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
