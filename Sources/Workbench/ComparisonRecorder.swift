import Capacity
import Comparison
import Descriptions
import Files
import Foundation
import Recording
import Traces

/// Records what a comparison needs: every model under its own policy, and the plain one under evictions besides.
public struct ComparisonRecorder {
    private let models: [LoadedModel]
    private let options: RunOptions
    private let folder: String?

    /// A recorder for `models`; `options.policy` is not looked at.
    /// - Parameter folder: where each run's trace goes, and is gone on with or taken as it is where it is there already;
    ///   nil to keep them in memory.
    public init(_ models: [LoadedModel], options: RunOptions, folder: String? = nil) {
        self.models = models
        self.options = options
        self.folder = folder
    }

    /// A run for each model, and on each plain model with as many KV heads as any one for each budget and eviction policy.
    /// Whether they can be compared and planned is checked before the first is made.
    /// - Parameters:
    ///   - prompts: the same tokens for every model.
    ///   - budgets: a budget's word, and the eviction policies made for it.
    ///   - plan: what will be planned for.
    ///   - head: the head whose kept slots will be shown.
    /// - Throws: `Interrupted` when `shouldStop` ended it; `ComparisonError`, `CapacityError`; what `Recorder` throws.
    public func record(
        _ prompts: [Prompt], budgets: [(word: String, policies: [CachePolicy])], plan: PlanRequest?,
        head: HeadPlace? = nil, shouldStop: () -> Bool = { false }, progress: (ComparisonProgress) -> Void = { _ in }
    ) throws -> [ComparedRun] {
        let jobs = models.flatMap { self.jobs(for: $0, budgets) }
        let planned = jobs.map { job in
            ComparedRun(name: job.name, header: recorder(job).header(prompts), prompts: [], budget: job.budget)
        }
        try PolicyComparison.check(planned, plan: plan, head: head)
        if let folder { try makeFolder(folder) }
        return try jobs.indices.map { index in
            let (job, run) = (jobs[index], planned[index])
            let recorded = try traces(job, prompts, shouldStop: shouldStop) { done in
                progress(ComparisonProgress(run: index, runs: jobs.count, name: job.name, prompts: done))
            }
            return ComparedRun(name: run.name, header: run.header, prompts: recorded, budget: run.budget)
        }
    }

    private struct Job {
        let model: LoadedModel
        let policy: CachePolicy
        let budget: String?
        var name: String { "\(model.checkpoint.name) \(policy)" }

        /// The trace's name in a folder: two models may have one name.
        var fileName: String {
            let words = "\(model.checkpoint.name)-\(model.checkpoint.fingerprint.prefix(8))-\(policy)"
            return words.replacing(":", with: "-").replacing(",", with: "-").replacing("=", with: "-") + ".hrt"
        }
    }

    private func recorder(_ job: Job) -> Recorder {
        var options = options
        options.policy = job.policy
        return Recorder(job.model, options: options)
    }

    private func traces(
        _ job: Job, _ prompts: [Prompt], shouldStop: () -> Bool,
        progress: (RunProgress) -> Void
    ) throws -> [PromptTrace] {
        guard let folder else {
            return try recorder(job).trace(prompts, shouldStop: shouldStop, progress: progress)
        }
        let path = "\(folder)/\(job.fileName)"
        do {
            _ = try recorder(job).record(
                prompts, to: path, existing: .resume, shouldStop: shouldStop, progress: progress)
        } catch let interrupted as Interrupted {
            var told = interrupted
            told.advice = "the same command goes on with \(path)"
            throw told
        }
        return try TraceReader(path: path).prompts()
    }

    private func makeFolder(_ folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw FileError.unwritable(path: folder, reason: "the folder cannot be made")
        }
    }

    /// Whether evictions run on the model: a plain one with as many KV heads as any, as losses are counted from.
    private func evicts(_ model: LoadedModel) -> Bool {
        let shape = model.llama.configuration
        return shape.isPlain && models.allSatisfy { $0.llama.configuration.kvHeads <= shape.kvHeads }
    }

    private func jobs(for model: LoadedModel, _ budgets: [(word: String, policies: [CachePolicy])]) -> [Job] {
        let own = [Job(model: model, policy: model.llama.defaultPolicy, budget: nil)]
        guard evicts(model) else { return own }
        return own
            + budgets.flatMap { budget in
                budget.policies.map { Job(model: model, policy: $0, budget: budget.word) }
            }
    }
}
