import Descriptions
import Inference
import Traces

/// Runs prompts through a model, scores every token, and gives the outcomes in the prompts' order.
public struct PromptRunner {
    private let model: LoadedModel
    private let options: RunOptions
    private let shard: TraceShard?

    /// A runner for `model`; with a shard, of that part's prompts, each sampled as it is in the whole list.
    /// - Throws: `PolicyMismatch` where the policy cannot run on it.
    public init(_ model: LoadedModel, options: RunOptions, shard: TraceShard? = nil) throws {
        try model.llama.check(options.policy)
        self.model = model
        self.options = options
        self.shard = shard
    }

    /// Runs `prompts` from index `first` on.
    /// - Parameters:
    ///   - shouldStop: asked before each prompt is begun; those under way are finished.
    ///   - each: is given the outcomes, in order.
    /// - Returns: how many prompts are done, those before `first` included, and how long it took.
    public func run(
        _ prompts: [Prompt], from first: Int = 0, shouldStop: () -> Bool = { false },
        progress: (RunProgress) -> Void = { _ in }, each: (PromptOutcome) throws -> Void
    ) throws -> (done: Int, timing: RunTiming) {
        let shape = model.llama.configuration
        let recorders = Recorders()
        let runner = BatchRunner(
            Engine(model.llama, threads: options.threads, arithmetic: options.arithmetic), batch: options.batch,
            contextLength: model.llama.contextLength(under: options.policy)
        ) { index in
            let length = options.length(of: prompts[first + index])
            let recorder = DecisionRecorder(
                layers: shape.layers, kvHeads: shape.kvHeads,
                capacity: min(length.total, model.llama.contextLength(under: options.policy)))
            recorders.byRequest[index] = recorder
            return try model.llama.makeCache(options.policy, length: length, observer: recorder)
        }
        var early: [Int: PromptOutcome] = [:]
        var next = first
        progress(RunProgress(done: first, total: prompts.count, last: nil))
        let timing = try runner.run(requests(prompts, from: first), shouldStop: shouldStop) { index, result in
            early[first + index] = outcome(
                prompts[first + index], result, recorders.byRequest.removeValue(forKey: index)!)
            while let outcome = early.removeValue(forKey: next) {
                try each(outcome)
                next += 1
                progress(RunProgress(done: next, total: prompts.count, last: outcome.id))
            }
        }
        return (next, timing)
    }

    private func requests(_ prompts: [Prompt], from first: Int) -> [GenerationRequest] {
        prompts.indices.dropFirst(first).map { index in
            GenerationRequest(
                tokens: prompts[index].tokens, maxNewTokens: options.maxNewTokens,
                sampler: Sampler(options.sampling, seed: options.seed, stream: shard?.whole(index) ?? index),
                scores: true)
        }
    }

    private func outcome(
        _ prompt: Prompt, _ result: GenerationResult, _ recorder: DecisionRecorder
    ) -> PromptOutcome {
        PromptOutcome(
            id: prompt.id, tokens: result.tokens, promptTokens: prompt.given,
            negativeLogLikelihoods: result.negativeLogLikelihoods,
            decisions: recorder.bits(tokens: result.tokens.count),
            evictions: options.policy.evicts ? recorder.evictions : nil, nearTies: recorder.nearTies,
            slots: result.slots)
    }
}

/// The recorders of the sequences under way.
private final class Recorders {
    var byRequest: [Int: DecisionRecorder] = [:]
}
