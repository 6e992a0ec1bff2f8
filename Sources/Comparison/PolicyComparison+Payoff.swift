import Capacity
import Descriptions

extension PolicyComparison {
    /// How much shorter a step, or higher a throughput, counts as a gain.
    static let leastGain = 1.05
    /// Contexts are told apart by so many tokens, a page of most engines.
    static let contextStep = 16

    /// A payoff for every run but the plain one, which is the first; none without a plan.
    /// - Throws: as `Planner`.
    static func payoffs(of runs: [ComparedRun], on plan: PlanRequest?) throws -> [Payoff] {
        guard let plan else { return [] }
        let plainHeads = runs[0].header.configuration.kvHeads
        var plain = PlainThroughputs(request: plan)
        return try runs.dropFirst().map { run in
            var request = plan
            if run.header.policy == .dmc {
                request.lengths = .trace(try RecordedTrace(header: run.header, prompts: run.prompts))
            }
            return try payoff(
                run.variant(on: plan.model, plainHeads: plainHeads), name(of: run, among: runs), request, &plain)
        }
    }

    private static func payoff(
        _ variant: PlanVariant, _ model: String, _ request: PlanRequest, _ plain: inout PlainThroughputs
    ) throws -> Payoff {
        let planner = try Planner(request)
        let (full, other) = (try planner.plan(for: .full), try planner.plan(for: variant))
        let (plainRow, row) = (full.row(), other.row())
        let both = min(plainRow.maxBatch, row.maxBatch)
        let batches =
            both == 0
            ? nil
            : try Stretch(of: 1...both) {
                full.meanStepTime(batch: $0).seconds >= leastGain * other.meanStepTime(batch: $0).seconds
            }
        let steps = contextSteps(request)
        var throughputs: [Int: Throughputs] = [:]
        func at(_ step: Int) throws -> Throughputs {
            if let known = throughputs[step] { return known }
            let context = step * contextStep
            let found = Throughputs(
                plain: try plain.throughput(context: context),
                other: try throughput(variant, request, context: context))
            throughputs[step] = found
            return found
        }
        let looked = try Stretch(of: steps) { try at($0).isKnown }
        let contexts = try Stretch(of: steps) { try at($0).pays }
        return Payoff(
            model: model, policy: variant.word, plainFits: plainRow.maxBatch, fits: row.maxBatch,
            lacksRoom: plainRow.limitedBy == .weights && row.limitedBy == .weights, batches: batches,
            contexts: contexts?.times(contextStep), contextsLookedAt: looked?.times(contextStep))
    }

    /// The contexts that are looked at, in steps: those that the model knows and the GPU's times were measured at, and
    /// from 64 tokens on, below which a batch is hardly limited by its cache; in any case the one that is planned for.
    private static func contextSteps(_ request: PlanRequest) -> ClosedRange<Int> {
        let known = request.model.configuration.maxPositions
        let measured = request.gpu.calibration?.ranges["context"]
        let least = min(request.tokens, max(64, Int(measured?.lowerBound ?? 0)))
        let most = max(request.tokens, min(known, measured.map { Int($0.upperBound) } ?? known))
        let first = max(1, min((least + contextStep - 1) / contextStep, request.tokens / contextStep))
        return first...max(first, most / contextStep)
    }

    /// Tokens a second of a variant at its own largest batch, for sequences of `context` tokens in the request's
    /// proportion of prompt and new ones; nil where none fits.
    fileprivate static func throughput(
        _ variant: PlanVariant, _ request: PlanRequest, context: Int
    ) throws -> Double? {
        var other = request
        other.newTokens = max(1, context * request.newTokens / request.tokens)
        other.promptTokens = max(1, context - other.newTokens)
        return try Planner(other).plan(for: variant).row().throughputTokensPerSecond
    }
}

/// Throughputs at a context, each at its own largest batch; nil where no sequence fits.
private struct Throughputs {
    let plain: Double?
    let other: Double?

    /// Whether at least one of them fits.
    var isKnown: Bool { plain != nil || other != nil }

    var pays: Bool {
        guard let other else { return false }
        return plain.map { other >= PolicyComparison.leastGain * $0 } ?? true
    }
}

/// The plain cache's throughputs, which every policy is held against, computed once.
private struct PlainThroughputs {
    let request: PlanRequest
    private var known: [Int: Double?] = [:]

    init(request: PlanRequest) { self.request = request }

    mutating func throughput(context: Int) throws -> Double? {
        if let known = known[context] { return known }
        let found = try PolicyComparison.throughput(.full, request, context: context)
        known[context] = .some(found)
        return found
    }
}

extension Stretch {
    /// The same of numbers that count steps of `size`.
    fileprivate func times(_ size: Int) -> Stretch { Stretch(from: from * size, to: to * size) }
}
