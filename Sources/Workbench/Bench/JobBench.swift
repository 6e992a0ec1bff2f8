import BundledModels
import Capacity
import Comparison
import Descriptions
import Foundation
import Inference
import Recording

/// Measures whole jobs on the bundled models: recording, and what is done with a recording.
struct JobBench {
    private let model: LoadedModel
    private let prompts: [Prompt]
    private let threads: Int
    private let folder: String

    /// Prompts of each kind, so that a run takes about a second.
    private static let promptCount = 8
    /// Pairs of runs with and without a recorder.
    private static let pairs = 12

    /// Loads the bundled model and prompts; files go below `folder`.
    init(threads: Int, folder: String) throws {
        model = try LoadedModel(path: BundledModel.compressed.folder())
        let all = try model.prompts(at: [BundledPrompts.folder()])
        prompts = (0..<Self.promptCount).map { all[$0 * all.count / Self.promptCount] }
        self.threads = threads
        self.folder = folder
    }

    private var trace: String { "\(folder)/recorded.hrt" }
    private var tokens: Double { Double(prompts.reduce(0) { $0 + $1.tokens.count }) }

    /// Tokens a second that are run and recorded, beside the same run without a recorder and without a file. The two
    /// alternate in pairs, now this one first and now that one, and the median of the pairs' ratios counts: what else
    /// the machine does hits both, and a pair lies within a second or two.
    func record() throws -> BenchResult {
        try runRecorded()
        try runPlain()
        var (rates, ratios) = ([Double](), [Double]())
        for pair in 0..<Self.pairs {
            var (with, without) = (0.0, 0.0)
            if pair % 2 == 0 { with = try Stopwatch.seconds(runRecorded) }
            without = try Stopwatch.seconds(runPlain)
            if pair % 2 == 1 { with = try Stopwatch.seconds(runRecorded) }
            rates.append(tokens / with)
            ratios.append(without / with)
        }
        return BenchResult(
            name: "record/bundled", rates: rates, unit: "tokens/s", units: tokens, limit: .without,
            limitRate: rates.median / ratios.median)
    }

    private func runRecorded() throws {
        _ = try Recorder(model, options: RunOptions(policy: .dmc, threads: threads)).record(
            prompts, to: trace, existing: FileManager.default.fileExists(atPath: trace) ? .replace : .refuse)
    }

    private func runPlain() throws {
        let requests = prompts.map { GenerationRequest(tokens: $0.tokens, maxNewTokens: 0, scores: true) }
        try BatchRunner(Engine(model.llama, threads: threads)) { _ in try model.llama.makeCache(.dmc) }
            .run(requests) { _, _ in }
    }

    /// Projections a second of a sweep of seven policies over all GPUs and eight contexts.
    func plan() throws -> BenchResult {
        if !FileManager.default.fileExists(atPath: trace) { try runRecorded() }
        let words = [
            "gqa:8", "h2o:heavy=0.125,recent=0.125", "tova:slots=0.25", "window:sinks=4,window=508",
            "streaming:sinks=4,window=508",
        ]
        let variants = try words.map { try PlanVariant($0) }
        let lengths = HeadLengthSource.trace(try RecordedTrace(paths: [trace]))
        let sweep = PlanSweep(
            models: [try PlannedModel.named("llama-2-13b")], gpus: try GPU.all(),
            promptTokens: [512, 1024, 1536, 2048, 2560, 3072, 3584, 4096], newTokens: [1024])
        var rows = 0
        let times = try Stopwatch.times(seconds: 0.5, runs: 5...9) {
            let requests = sweep.requests {
                $0.lengths = lengths
                $0.variants = variants
            }
            rows = try Planner.plans(requests).map { $0.row() }.count
        }
        return BenchResult(name: "plan/sweep", seconds: times, units: Double(rows), of: "projections")
    }

    /// Requests a second that are simulated: a thousand that come at random, under DMC as it was recorded.
    func simulate() throws -> BenchResult {
        if !FileManager.default.fileExists(atPath: trace) { try runRecorded() }
        var request = PlanRequest(
            model: try PlannedModel.named("llama-2-13b"), gpu: try GPU.named("h100-sxm"), promptTokens: 1, newTokens: 1)
        request.lengths = .trace(try RecordedTrace(paths: [trace]))
        let count = 1000
        let simulation = try Simulation(
            request,
            workload: Workload(
                rate: 2, burstiness: 1, count: count, lengths: .init(promptTokens: 1024, newTokens: 256), seed: 1),
            settings: SimulationSettings(seed: 1))
        let times = try Stopwatch.times(seconds: 0.5, runs: 5...9) { _ = try simulation.run(.dmc) }
        return BenchResult(name: "simulate/dmc", seconds: times, units: Double(count), of: "requests")
    }

    /// Comparisons a second of recordings of the bundled prompts: reading them, the bootstrap, and a plan.
    func compare() throws -> BenchResult {
        let base = try LoadedModel(path: BundledModel.base.folder())
        let paths = try [base, model].map { model in
            let path = "\(folder)/\(model.checkpoint.name).hrt"
            if !FileManager.default.fileExists(atPath: path) {
                _ = try Recorder(model, options: RunOptions(policy: model.llama.defaultPolicy, threads: threads))
                    .record(prompts, to: path)
            }
            return path
        }
        var job = ComparisonJob()
        job.traces = paths
        let times = try Stopwatch.times(seconds: 0.5, runs: 5...9) { _ = try job.run() }
        return BenchResult(name: "compare/traces", seconds: times, units: 1, of: "comparisons")
    }
}
