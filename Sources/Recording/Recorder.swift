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
        /// It is replaced once the recording is whole; until then it stays as it was.
        case replace
        /// The recording goes on after its last whole prompt.
        case resume
    }

    private let model: LoadedModel
    private let options: RunOptions
    private let keepsTokens: Bool
    private let compresses: Bool
    private let shard: TraceShard?

    /// A recorder for `model`; `keepsTokens` puts the token ids themselves into the trace, `compresses` writes decisions
    /// in about their entropy, and of the prompts only those of `shard` are run.
    public init(
        _ model: LoadedModel, options: RunOptions, keepsTokens: Bool = false, compresses: Bool = false,
        shard: TraceShard? = nil
    ) {
        self.model = model
        self.options = options
        self.keepsTokens = keepsTokens
        self.compresses = compresses
        self.shard = shard
    }

    /// Runs `prompts` and writes their trace to `path`, prompt by prompt.
    /// - Throws: `Interrupted` when `shouldStop` ended it, with an unfinished file to resume from; `TraceError` and
    ///   `FileError` for the file; `PolicyMismatch`; `NonFiniteLogits`.
    public func record(
        _ prompts: [Prompt], to path: String, existing: ExistingFile = .refuse,
        shouldStop: () -> Bool = { false }, progress: (RunProgress) -> Void = { _ in }
    ) throws -> RecordingSummary {
        guard case .replace = existing, FileManager.default.fileExists(atPath: path) else {
            return try recordInPlace(
                prompts, to: path, resumes: existing == .resume, shouldStop: shouldStop, progress: progress)
        }
        // Through a link, if it is one.
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard TraceReader.isTrace(path: path) else {
            throw FileError.unsuitable(path: path, expected: "a trace to replace", found: "something else")
        }
        let aside = "\(path).\(getpid()).partial"
        defer { unlink(aside) }
        let summary = try recordInPlace(
            prompts, to: aside, resumes: false, shouldStop: shouldStop, progress: progress)
        guard rename(aside, path) == 0 else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
        return summary
    }

    private func recordInPlace(
        _ prompts: [Prompt], to path: String, resumes: Bool, shouldStop: () -> Bool,
        progress: (RunProgress) -> Void
    ) throws -> RecordingSummary {
        let runner = try PromptRunner(model, options: options, shard: shard)
        let header = header(prompts)
        let prompts = shard?.part(of: prompts) ?? prompts
        let writer =
            try resumes
            ? TraceWriter.resume(path: path, header: header) : TraceWriter.create(path: path, header: header)
        let earlier = writer.promptCount
        // A file without a prompt is of no use to anyone, and would only be in the way of the next recording.
        defer { if writer.promptCount == 0 && !writer.isFinished { unlink(path) } }
        var summary = RecordingSummary(prompts: prompts.count, earlierPrompts: earlier)
        if writer.isFinished { return summary }
        let appender = TraceAppender(writer)
        let run = Result {
            try runner.run(prompts, from: earlier, shouldStop: shouldStop, progress: progress) { outcome in
                try appender.append(trace(outcome))
                summary.add(outcome)
            }
        }
        try appender.settle()
        try writer.sync()
        let (done, timing) = try run.get()
        summary.timing = timing
        guard done == prompts.count else {
            throw Interrupted(
                done: done, total: prompts.count, advice: done > 0 ? "go on with --resume" : nil)
        }
        try writer.finish()
        return summary
    }

    /// Runs `prompts` and keeps their trace in memory.
    /// - Throws: `Interrupted` when `shouldStop` ended it; `PolicyMismatch`; `NonFiniteLogits`.
    public func trace(
        _ prompts: [Prompt], shouldStop: () -> Bool = { false }, progress: (RunProgress) -> Void = { _ in }
    ) throws -> [PromptTrace] {
        let runner = try PromptRunner(model, options: options, shard: shard)
        let mine = shard?.part(of: prompts) ?? prompts
        var traces: [PromptTrace] = []
        let (done, _) = try runner.run(mine, shouldStop: shouldStop, progress: progress) { traces.append(trace($0)) }
        guard done == mine.count else { throw Interrupted(done: done, total: mine.count) }
        return traces
    }

    /// What the trace of `prompts` says made it.
    public func header(_ prompts: [Prompt]) -> TraceHeader {
        TraceHeader(
            model: model.checkpoint.name, configuration: model.llama.configuration,
            checkpointFingerprint: model.checkpoint.fingerprint,
            tokenizerFingerprint: model.tokenizer?.fingerprint ?? "", policy: options.policy,
            arithmetic: options.arithmetic, kernelSet: KernelSet.name,
            seed: options.sampling.temperature > 0 ? options.seed : 0,
            maxNewTokens: options.maxNewTokens, sampling: options.sampling.description,
            promptListDigest: Prompt.listDigest(prompts), keepsTokens: keepsTokens,
            compressesDecisions: compresses, shard: shard)
    }

    private func trace(_ outcome: PromptOutcome) -> PromptTrace {
        PromptTrace(
            id: outcome.id, promptTokens: outcome.promptTokens, decisions: outcome.decisions,
            evictions: outcome.evictions, negativeLogLikelihoods: outcome.negativeLogLikelihoods,
            tokenDigest: Prompt.digest(tokens: outcome.tokens), tokenIDs: keepsTokens ? outcome.tokens : nil)
    }
}
