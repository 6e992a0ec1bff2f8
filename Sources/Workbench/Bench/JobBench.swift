import BundledModels
import Capacity
import Comparison
import Descriptions
import Foundation
import Inference
import Recording
import Reports

/// Measures whole jobs on the bundled models: recording, and what is done with a recording.
final class JobBench {
    private let model: LoadedModel
    /// All bundled prompts.
    private let prompts: [Prompt]
    /// Some of each kind, for what many runs are made of.
    private let few: [Prompt]
    private let threads: Int
    private let folder: String
    private let shouldStop: () -> Bool
    private var simulation: Simulation?
    private var hasRecorded = false

    private static let fewCount = 8
    /// Pairs of runs with and without a recorder in a round: an even number, as either is the first in half of them.
    private static let pairs = 4
    private static let requests = 1000

    /// Loads the bundled model and prompts; files go below `folder`.
    /// - Parameter shouldStop: is asked between runs that take a second or so.
    init(threads: Int, folder: String, shouldStop: @escaping () -> Bool) throws {
        model = try LoadedModel(path: BundledModel.compressed.folder())
        let prompts = try model.prompts(at: [BundledPrompts.folder()])
        self.prompts = prompts
        few = (0..<Self.fewCount).map { prompts[$0 * prompts.count / Self.fewCount] }
        self.threads = threads
        self.folder = folder
        self.shouldStop = shouldStop
    }

    /// All that is measured here.
    var rows: [BenchRow] {
        [
            BenchRow(name: "record/bundled", measure: record), BenchRow(name: "plan/sweep", measure: plan),
            BenchRow(name: "compare/traces", measure: compare), BenchRow(name: "simulate/dmc", measure: simulate),
        ]
    }

    /// Tokens a second of all bundled prompts that are run and recorded, beside the same run without a recorder and without
    /// a file. The two alternate in pairs: a pair lies within two seconds.
    private func record() throws -> BenchResult {
        if !hasRecorded {
            try runRecorded()
            try runPlain()
            hasRecorded = true
        }
        return BenchResult(
            name: "record/bundled", pairs: try Stopwatch.pairs(Self.pairs, runRecorded, runPlain),
            units: Double(prompts.reduce(0) { $0 + $1.tokens.count }), of: "tokens", limit: .without)
    }

    private func runRecorded() throws {
        try checkStop()
        let path = "\(folder)/again.hrt"
        _ = try Recorder(model, options: RunOptions(policy: .dmc, threads: threads)).record(
            prompts, to: path, existing: FileManager.default.fileExists(atPath: path) ? .replace : .refuse)
    }

    private func runPlain() throws {
        try checkStop()
        let requests = prompts.map { GenerationRequest(tokens: $0.tokens, maxNewTokens: 0, scores: true) }
        try BatchRunner(Engine(model.llama, threads: threads)) { [model] _ in try model.llama.makeCache(.dmc) }
            .run(requests) { _, _ in }
    }

    private func checkStop() throws {
        guard !shouldStop() else { throw BenchError.interrupted(done: 0) }
    }

    /// A model's recording of `prompts`, made when it is first asked for.
    private func trace(_ model: LoadedModel, of prompts: [Prompt]) throws -> String {
        let path = "\(folder)/\(model.checkpoint.name)-\(prompts.count).hrt"
        if !FileManager.default.fileExists(atPath: path) {
            _ = try Recorder(model, options: RunOptions(policy: model.llama.defaultPolicy, threads: threads))
                .record(prompts, to: path)
        }
        return path
    }

    /// Projections a second of a sweep of seven policies over ten GPUs and eight contexts, as `plan` makes it from a
    /// recording of all the bundled prompts: read, planned and printed.
    private func plan() throws -> BenchResult {
        let path = try trace(model, of: prompts)
        let words = [
            "gqa:8", "h2o:heavy=0.125,recent=0.125", "tova:slots=0.25", "window:sinks=4,window=508",
            "streaming:sinks=4,window=508",
        ]
        var rows = 0
        let times = try Stopwatch.times(seconds: 0.15, runs: 1...3) {
            let variants = try words.map { try PlanVariant($0) }
            let lengths = HeadLengthSource.trace(try RecordedTrace(paths: [path]))
            let sweep = PlanSweep(
                models: [try PlannedModel.named("llama-2-13b")], gpus: Array(try GPU.all().prefix(10)),
                promptTokens: [512, 1024, 1536, 2048, 2560, 3072, 3584, 4096], newTokens: [1024])
            let requests = sweep.requests {
                $0.lengths = lengths
                $0.variants = variants
            }
            // A line for each, under one of titles.
            rows = try PlanReport(requests).csv().count { $0.isNewline } - 1
        }
        return BenchResult(name: "plan/sweep", seconds: times, units: Double(rows), of: "projections")
    }

    /// Requests a second that are simulated: a thousand that come at random, under DMC as it was recorded.
    private func simulate() throws -> BenchResult {
        let simulation = try self.simulation ?? makeSimulation()
        self.simulation = simulation
        let times = try Stopwatch.times(seconds: 0.15, runs: 3...9) { _ = try simulation.run(.dmc) }
        return BenchResult(name: "simulate/dmc", seconds: times, units: Double(Self.requests), of: "requests")
    }

    private func makeSimulation() throws -> Simulation {
        var request = PlanRequest(
            model: try PlannedModel.named("llama-2-13b"), gpu: try GPU.named("h100-sxm"), promptTokens: 1, newTokens: 1)
        request.lengths = .trace(try RecordedTrace(paths: [try trace(model, of: few)]))
        return try Simulation(
            request,
            workload: Workload(
                rate: 2, burstiness: 1, count: Self.requests, lengths: .init(promptTokens: 1024, newTokens: 256),
                seed: 1),
            settings: SimulationSettings(seed: 1))
    }

    /// Comparisons a second of recordings of the bundled prompts: reading them, the bootstrap, and a plan.
    private func compare() throws -> BenchResult {
        var job = ComparisonJob()
        job.traces = try [LoadedModel(path: BundledModel.base.folder()), model].map { try self.trace($0, of: few) }
        let times = try Stopwatch.times(seconds: 0.15, runs: 3...9) { _ = try job.run() }
        return BenchResult(name: "compare/traces", seconds: times, units: 1, of: "comparisons")
    }
}
