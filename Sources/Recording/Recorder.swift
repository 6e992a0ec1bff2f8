import Descriptions
import Files
import Foundation
import Inference
import Kernels
import Traces

/// Prompts in, a trace file out.
public struct Recorder {
    /// What is done about a file that is there already.
    public enum ExistingFile: Sendable {
        /// It is refused.
        case refuse
        /// It is replaced.
        case replace
        /// The recording goes on after its last whole prompt.
        case resume
    }

    private let model: LoadedModel
    private let options: RunOptions
    private let keepsTokens: Bool

    /// A recorder for `model`; `keepsTokens` puts the token ids themselves into the trace.
    public init(_ model: LoadedModel, options: RunOptions, keepsTokens: Bool = false) {
        self.model = model
        self.options = options
        self.keepsTokens = keepsTokens
    }

    /// Runs `prompts` and writes their trace to `path`, prompt by prompt.
    /// - Throws: `Interrupted` when `shouldStop` ended it, with an unfinished file to resume from; `TraceError` and
    ///   `FileError` for the file; `PolicyMismatch`; `NonFiniteLogits`.
    public func record(
        _ prompts: [Prompt], to path: String, existing: ExistingFile = .refuse,
        shouldStop: () -> Bool = { false }, progress: (RunProgress) -> Void = { _ in }
    ) throws -> RecordingSummary {
        let runner = try PromptRunner(model, options: options)
        let writer = try open(path, header(prompts), existing)
        let earlier = writer.promptCount
        var summary = RecordingSummary(prompts: prompts.count, earlierPrompts: earlier)
        if writer.isFinished { return summary }
        let (done, timing) = try runner.run(prompts, from: earlier, shouldStop: shouldStop, progress: progress) {
            outcome in
            try writer.append(trace(outcome))
            summary.add(outcome)
        }
        summary.timing = timing
        guard done == prompts.count else {
            throw Interrupted(done: done, total: prompts.count, advice: "go on with --resume")
        }
        try writer.finish()
        return summary
    }

    /// Runs `prompts` and keeps their trace in memory.
    /// - Throws: `Interrupted` when `shouldStop` ended it; `PolicyMismatch`; `NonFiniteLogits`.
    public func trace(
        _ prompts: [Prompt], shouldStop: () -> Bool = { false }
    ) throws -> (header: TraceHeader, prompts: [PromptTrace]) {
        let runner = try PromptRunner(model, options: options)
        var traces: [PromptTrace] = []
        let (done, _) = try runner.run(prompts, shouldStop: shouldStop) { traces.append(trace($0)) }
        guard done == prompts.count else { throw Interrupted(done: done, total: prompts.count) }
        return (header(prompts), traces)
    }

    private func open(_ path: String, _ header: TraceHeader, _ existing: ExistingFile) throws -> TraceWriter {
        switch existing {
        case .refuse: try TraceWriter.create(path: path, header: header)
        case .replace: try TraceWriter.create(path: path, header: header, force: true)
        case .resume: try TraceWriter.resume(path: path, header: header)
        }
    }

    private func header(_ prompts: [Prompt]) -> TraceHeader {
        TraceHeader(
            model: model.checkpoint.name, configuration: model.llama.configuration,
            checkpointFingerprint: model.checkpoint.fingerprint,
            tokenizerFingerprint: model.tokenizer?.fingerprint ?? "", policy: options.policy,
            kernelSet: KernelSet.name, seed: options.sampling.temperature > 0 ? options.seed : 0,
            maxNewTokens: options.maxNewTokens, sampling: options.sampling.description,
            promptListDigest: Prompt.listDigest(prompts), keepsTokens: keepsTokens)
    }

    private func trace(_ outcome: PromptOutcome) -> PromptTrace {
        PromptTrace(
            id: outcome.id, promptTokens: outcome.promptTokens, decisions: outcome.decisions,
            evictions: outcome.evictions, negativeLogLikelihoods: outcome.negativeLogLikelihoods,
            tokenDigest: Prompt.digest(tokens: outcome.tokens), tokenIDs: keepsTokens ? outcome.tokens : nil)
    }
}
