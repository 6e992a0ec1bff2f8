import BundledModels
import Capacity
import Comparison
import Descriptions
import Foundation
import Kernels
import Recording
import Traces

/// What `compare` is asked for, and how it comes by its runs: from traces, or by recording them.
public struct ComparisonJob: Sendable {
    /// Finished traces of the same prompts; empty to record.
    public var traces: [String] = []
    /// Words for models. Bundled names and folders are run, unless there are traces; any other is planned for.
    public var models: [String] = []
    /// Files and folders of prompts; empty for the bundled ones.
    public var prompts: [String] = []
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
    /// Seed of the bootstrap.
    public var seed: UInt64 = 0

    /// A job with the defaults that `compare` has.
    public init() {}

    /// The budgets that are taken where none are named.
    public static let defaultBudgets = ["50%", "25%", "12.5%"]

    /// Runs or reads what is to be compared, and compares it.
    /// - Throws: `ComparisonError`, `CapacityError`, and what reading and recording throw.
    public func run(
        shouldStop: () -> Bool = { false }, progress: (_ run: Int, _ of: Int, _ name: String) -> Void = { _, _, _ in }
    ) throws -> PolicyComparison {
        let plan = try planRequest()
        let runs =
            traces.isEmpty
            ? try recordedRuns(plan, shouldStop, progress)
            : try traces.map { try ComparedRun(tracePath: $0) }
        return try PolicyComparison(runs, plan: plan, seed: seed)
    }

    private var runModels: [String] {
        guard traces.isEmpty else { return [] }
        let named = models.filter(Self.isRunnable)
        return named.isEmpty ? [BundledModel.base, .compressed, .grouped].map(\.rawValue) : named
    }

    private static func isRunnable(_ word: String) -> Bool {
        if BundledModel(rawValue: word) != nil { return true }
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: word, isDirectory: &isFolder) && isFolder.boolValue
    }

    private func planRequest() throws -> PlanRequest {
        let planned = traces.isEmpty ? models.filter { !Self.isRunnable($0) } : models
        guard planned.count <= 1 else {
            throw ComparisonError.request("expected one model to plan for, found \(planned.joined(separator: ", "))")
        }
        let word = planned.first ?? "llama-2-13b"
        let model = try PlannedModel.located(word)
        return PlanRequest(
            model: model, gpu: try GPU.named(gpu), gpus: gpus, promptTokens: promptTokens, newTokens: newTokens)
    }

    private func recordedRuns(
        _ plan: PlanRequest, _ shouldStop: () -> Bool, _ progress: (Int, Int, String) -> Void
    ) throws -> [ComparedRun] {
        let shape = plan.model.configuration
        let bytesPerToken = shape.layers * shape.kvHeads * 2 * shape.headDim * 2
        let policies = try budgets.map { budget in
            let policies = try budget.policies(
                bytesPerToken: bytesPerToken, tokens: plan.tokens, pageSlots: plan.pageSlots)
            return (budget.word, policies)
        }
        let loaded = try runModels.map { try LoadedModel(path: ModelLocator.folder($0)) }
        let paths = prompts.isEmpty ? [try BundledPrompts.folder()] : prompts
        let all = try loaded[0].prompts(at: paths)
        guard loaded.contains(where: ComparisonRecorder.evicts) else {
            throw ComparisonError.request(
                "expected a plain multi-head model, which budgets are for and losses are counted from, among "
                    + runModels.joined(separator: ", "))
        }
        for other in loaded.dropFirst() { try Self.checkSameTokens(all, try other.prompts(at: paths), other) }
        return try ComparisonRecorder(loaded, options: RunOptions(policy: .full, threads: threads)).record(
            Self.spread(all, promptLimit), budgets: policies, shouldStop: shouldStop, progress: progress)
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
