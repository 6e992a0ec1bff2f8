import Comparison
import Descriptions
import Recording
import Traces

/// Records what a comparison needs: every model under its own policy, and the plain one under evictions besides.
public struct ComparisonRecorder {
    private let models: [LoadedModel]
    private let options: RunOptions

    /// A recorder for `models`; `options.policy` is not looked at.
    public init(_ models: [LoadedModel], options: RunOptions) {
        self.models = models
        self.options = options
    }

    /// A run for each model, and on each plain multi-head model one for each budget and eviction policy.
    /// - Parameters:
    ///   - policies: the eviction policies of a budget.
    ///   - prompts: the same tokens for every model.
    /// - Throws: `Interrupted` when `shouldStop` ended it; what `PromptRunner` throws.
    public func record(
        _ prompts: [Prompt], budgets: [(word: String, policies: [CachePolicy])],
        shouldStop: () -> Bool = { false }, progress: (_ run: Int, _ of: Int, _ name: String) -> Void = { _, _, _ in }
    ) throws -> [ComparedRun] {
        let jobs = models.flatMap { self.jobs(for: $0, budgets) }
        return try jobs.enumerated().map { index, job in
            progress(index, jobs.count, job.name)
            var options = options
            options.policy = job.policy
            let recorder = Recorder(job.model, options: options)
            let (header, traces) = try recorder.trace(prompts, shouldStop: shouldStop)
            return ComparedRun(name: job.name, header: header, prompts: traces, budget: job.budget)
        }
    }

    private struct Job {
        let model: LoadedModel
        let policy: CachePolicy
        let budget: String?
        var name: String { "\(model.checkpoint.name) \(policy)" }
    }

    /// Whether evictions run on the model: a plain one with as many KV heads as heads.
    static func evicts(_ model: LoadedModel) -> Bool {
        let shape = model.llama.configuration
        return shape.dmc == nil && shape.kvHeads == shape.heads
    }

    private func jobs(for model: LoadedModel, _ budgets: [(word: String, policies: [CachePolicy])]) -> [Job] {
        let own = [Job(model: model, policy: model.llama.defaultPolicy, budget: nil)]
        guard Self.evicts(model) else { return own }
        return own
            + budgets.flatMap { budget in
                budget.policies.map { Job(model: model, policy: $0, budget: budget.word) }
            }
    }
}
