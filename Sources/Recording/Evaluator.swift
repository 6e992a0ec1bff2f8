/// Prompts in, likelihoods and slots out.
public struct Evaluator {
    private let model: LoadedModel
    private let options: RunOptions

    /// An evaluator of `model`.
    public init(_ model: LoadedModel, options: RunOptions) {
        self.model = model
        self.options = options
    }

    /// Scores `prompts`.
    /// - Throws: `Interrupted` when `shouldStop` ended it; `PolicyMismatch`; `NonFiniteLogits`.
    public func evaluate(
        _ prompts: [Prompt], shouldStop: () -> Bool = { false }, progress: (RunProgress) -> Void = { _ in }
    ) throws -> Evaluation {
        var options = options
        // One reading of streamed weights serves as many prompts as the engine takes at once.
        if model.llama.isStreamed { options.batch = max(options.batch, prompts.count) }
        let runner = try PromptRunner(model, options: options)
        var evaluation = Evaluation(model: model, options: options)
        let (done, timing) = try runner.run(prompts, shouldStop: shouldStop, progress: progress) { evaluation.add($0) }
        guard done == prompts.count else { throw Interrupted(done: done, total: prompts.count) }
        evaluation.timing = timing
        return evaluation
    }
}
