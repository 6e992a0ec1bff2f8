import BundledModels
import Capacity
import Comparison
import Descriptions
import Foundation
import Kernels
import Recording
import Reports
import Traces

/// What `compare` is asked for, and how it comes by its runs: from traces, or by recording them.
public struct ComparisonJob: Sendable {
    /// Finished traces of the same prompts; empty to record.
    public var traces: [String] = []
    /// Words for models. Bundled names and folders are run, unless there are traces; any other is planned for.
    public var models: [String] = []
    /// The tokenizer of the models that are run; nil for the one in each folder.
    public var tokenizer: String?
    /// Files and folders of prompts; empty for the bundled ones.
    public var prompts: [String] = []
    /// How much of each prompt is given; nil for all of it.
    public var given: GivenTokens?
    /// When the evictions start to drop: each of them runs in each of these modes.
    public var prefill = [PrefillMode.online]
    /// How many of the prompts are run; nil for all.
    public var promptLimit: Int?
    /// Budgets of the eviction policies.
    public var budgets: [CacheBudget] = []
    /// The GPU to plan for.
    public var gpu = "h100-sxm"
    /// GPUs that share every layer.
    public var gpus = 1
    /// Tokens of a planned prompt.
    public var promptTokens = 3072
    /// Tokens generated after it.
    public var newTokens = 1024
    /// Threads of the runs.
    public var threads = WorkerPool.cores
    /// Sequences of a run under way at once.
    public var batch = 1
    /// How products are computed.
    public var arithmetic = ArithmeticMode.float32
    /// Bytes of weights that may be in memory at once; nil as for `LlamaModel`.
    public var weightMemory: Int?
    /// Where the runs' traces go, to be gone on with or taken as they are next time; nil to keep none.
    public var traceFolder: String?
    /// Where a report goes; nil for none. Not looked at but for `command`.
    public var output: String?
    /// Seed of the bootstrap.
    public var seed: UInt64 = 0
    /// The head whose kept slots are shown; nil for the one in which policies differ most.
    public var head: HeadPlace?

    /// A job with the defaults that `compare` has.
    public init() {}

    /// The budgets that are taken where none are named.
    public static let defaultBudgets = "50%,25%,12.5%"

    /// Runs or reads what is to be compared, and compares it.
    /// - Throws: `ComparisonError`, `CapacityError`, and what reading and recording throw.
    public func run(
        shouldStop: () -> Bool = { false }, progress: (ComparisonProgress) -> Void = { _ in }
    ) throws -> PolicyComparison {
        let plan = try planRequest()
        let runs =
            traces.isEmpty
            ? try recordedRuns(plan, shouldStop, progress)
            : try traces.map { try ComparedRun(tracePath: $0) }
        return try PolicyComparison(runs, plan: plan, seed: seed, head: head)
    }

    /// The command line that does this job, defaults spelt out; how fast it is done does not belong to it.
    public var command: String {
        var words = ["headroom", "compare"]
        for (option, values) in [("--trace", traces), ("--model", runModels + plannedModels), ("--prompts", prompts)]
        where !values.isEmpty {
            words += [option] + values
        }
        if let tokenizer { words += ["--tokenizer", tokenizer] }
        if traces.isEmpty {
            if let given { words += ["--given", given.description] }
            words += ["--prefill", prefill.map(\.rawValue).joined(separator: ",")]
            words += ["--budget", budgets.map(\.word).joined(separator: ","), "--arithmetic", arithmetic.rawValue]
        }
        words += ["--gpu", gpu, "--gpus", "\(gpus)", "--prompt-tokens", "\(promptTokens)"]
        words += ["--new-tokens", "\(newTokens)", "--seed", "\(seed)"]
        for (option, value) in [("--head", head?.description), ("--traces", traceFolder), ("--output", output)] {
            if let value { words += [option, value] }
        }
        return ShellWords.line(words)
    }

    private var runModels: [String] {
        guard traces.isEmpty else { return [] }
        let named = models.filter(Self.isRunnable)
        return named.isEmpty ? [BundledModel.base, .compressed, .grouped].map(\.rawValue) : named
    }

    private var plannedModels: [String] {
        let named = traces.isEmpty ? models.filter { !Self.isRunnable($0) } : models
        return named.isEmpty ? ["llama-2-13b"] : named
    }

    private static func isRunnable(_ word: String) -> Bool {
        if BundledModel(rawValue: word) != nil { return true }
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: word, isDirectory: &isFolder) && isFolder.boolValue
    }

    private func planRequest() throws -> PlanRequest {
        let planned = plannedModels
        guard planned.count == 1 else {
            throw ComparisonError.request("expected one model to plan for, found \(planned.joined(separator: ", "))")
        }
        let model = try Self.plannedModel(planned[0])
        return PlanRequest(
            model: model, gpu: try GPU.named(gpu), gpus: gpus, promptTokens: promptTokens, newTokens: newTokens)
    }

    private static func plannedModel(_ word: String) throws -> PlannedModel {
        do { return try PlannedModel.located(word) } catch CapacityError.unknown(_, let name, let known) {
            let bundled = BundledModel.allCases.map(\.rawValue).joined(separator: ", ")
            throw ComparisonError.request(
                "model '\(name)': expected a model's folder or one of \(bundled) to run, or to plan for one of "
                    + "\(known.joined(separator: ", "))")
        }
    }

    private func recordedRuns(
        _ plan: PlanRequest, _ shouldStop: () -> Bool, _ progress: (ComparisonProgress) -> Void
    ) throws -> [ComparedRun] {
        let bytesPerToken = plan.model.configuration.kvBytesPerToken
        var policies: [(word: String, policies: [CachePolicy])] = []
        for budget in budgets {
            let online = try budget.policies(
                bytesPerToken: bytesPerToken, tokens: plan.tokens, pageSlots: plan.pageSlots)
            let made = prefill.flatMap { mode in online.map { $0.with(prefill: mode) } }
            if let other = policies.first(where: { $0.policies == made }) {
                throw ComparisonError.budget(
                    word: budget.word, expected: "budgets apart: in whole pages it is the same as \(other.word)")
            }
            policies.append((budget.word, made))
        }
        let loaded = try loadedModels()
        let paths = prompts.isEmpty ? [try BundledPrompts.folder()] : prompts
        let all = try loaded[0].prompts(at: paths, leastTokens: 2).given(given)
        for other in loaded.dropFirst() {
            try Self.checkSameTokens(all, try other.prompts(at: paths).given(given), other)
        }
        try checkRest(all)
        let run = Self.spread(all, promptLimit)
        // One reading of streamed weights serves as many prompts as the engine takes at once.
        let isStreamed = loaded.contains { $0.llama.isStreamed }
        let options = RunOptions(
            policy: .full, batch: isStreamed ? max(batch, run.count) : batch, threads: threads, arithmetic: arithmetic)
        return try ComparisonRecorder(loaded, options: options, folder: traceFolder).record(
            run, budgets: policies, plan: plan, head: head, shouldStop: shouldStop, progress: progress)
    }

    /// Checks that something of each prompt is left to be scored behind what is given of it.
    /// - Throws: `ComparisonError.request`, naming the first prompt that has nothing.
    private func checkRest(_ prompts: [Prompt]) throws {
        guard let given, let prompt = prompts.first(where: { $0.given + 1 >= $0.tokens.count }) else { return }
        throw ComparisonError.request(
            "--given \(given): expected to leave 2 tokens or more of every prompt, found \(prompt.given) of the "
                + "\(prompt.tokens.count) of prompt '\(prompt.id.prefix(200))': the first behind them is predicted by "
                + "the last of them")
    }

    private func loadedModels() throws -> [LoadedModel] {
        var loaded: [LoadedModel] = []
        for word in runModels {
            let model = try LoadedModel(
                path: ModelLocator.folder(word), tokenizerPath: tokenizer, weightMemory: weightMemory)
            if let index = loaded.firstIndex(where: { $0.checkpoint.fingerprint == model.checkpoint.fingerprint }) {
                throw ComparisonError.request(
                    "--model \(word): expected every model once, found the checkpoint of \(runModels[index]) again")
            }
            loaded.append(model)
        }
        return loaded
    }

    private static func checkSameTokens(_ prompts: [Prompt], _ other: [Prompt], _ model: LoadedModel) throws {
        guard let index = prompts.indices.first(where: { prompts[$0] != other[$0] }) else { return }
        throw ComparisonError.request(
            "\(model.checkpoint.path): its tokenizer cuts prompt '\(prompts[index].id)' differently; "
                + "expected models with the same tokens")
    }

    /// `limit` prompts spread evenly over all of them, so that every kind is there.
    private static func spread(_ prompts: [Prompt], _ limit: Int?) -> [Prompt] {
        guard let limit, limit < prompts.count else { return prompts }
        return (0..<limit).map { prompts[$0 * prompts.count / limit] }
    }
}
