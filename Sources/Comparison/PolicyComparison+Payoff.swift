import Capacity
import Descriptions

extension PolicyComparison {
    /// How much shorter a step, or higher a throughput, counts as a gain.
    static let leastGain = 1.05
    /// Contexts are told apart by so many tokens, a page of most engines.
    static let contextStep = 16

    /// A payoff for every run but the plain one; empty without a plan.
    /// - Throws: as `Planner`.
    public func payoffs() throws -> [Payoff] {
        guard let plan else { return [] }
        let plainHeads = baseline.header.configuration.kvHeads
        var plain = PlainThroughputs(request: plan)
        let variants = runs.map { $0.variant(on: plan.model, plainHeads: plainHeads) }
        return try zip(runs, variants).dropFirst().map { run, variant in
            var request = plan
            if run.header.policy == .dmc {
                request.lengths = .trace(try RecordedTrace(header: run.header, prompts: run.prompts))
            }
            var found = try payoff(variant, request, &plain)
            if variants.count(where: { $0 == variant }) > 1 { found.policy += " on \(name(of: run))" }
            return found
        }
    }

    private func payoff(
        _ variant: PlanVariant, _ request: PlanRequest, _ plain: inout PlainThroughputs
    ) throws -> Payoff {
        let planner = try Planner(request)
        let (full, other) = (try planner.plan(for: .full), try planner.plan(for: variant))
        let (plainRow, row) = (full.row(), other.row())
        let both = min(plainRow.maxBatch, row.maxBatch)
        let batches =
            both == 0
            ? nil
            : try Stretch(of: 1...both) {
                full.meanStepTime(batch: $0).seconds >= Self.leastGain * other.meanStepTime(batch: $0).seconds
            }
        let longest = max(request.model.configuration.maxPositions, request.tokens)
        let shortest = min(longest, shortestContext(request)) / Self.contextStep
        let steps = shortest...max(shortest, longest / Self.contextStep)
        var throughputs: [Int: Throughputs] = [:]
        func at(_ step: Int) throws -> Throughputs {
            if let known = throughputs[step] { return known }
            let context = step * Self.contextStep
            let found = Throughputs(
                plain: try plain.throughput(context: context),
                other: try Self.throughput(variant, request, context: context))
            throughputs[step] = found
            return found
        }
        let looked = try Stretch(of: steps) { try at($0).isKnown }
        let contexts = try Stretch(of: steps) { try at($0).pays }
        return Payoff(
            policy: variant.word, plainFits: plainRow.maxBatch, fits: row.maxBatch,
            lacksRoom: plainRow.limitedBy == .weights && row.limitedBy == .weights, batches: batches,
            contexts: contexts?.times(Self.contextStep), contextsLookedAt: looked?.times(Self.contextStep))
    }

    /// The shortest context that is looked at, in tokens: what the GPU's times were measured from on, and at least 64,
    /// below which a batch is hardly limited by its cache.
    private func shortestContext(_ request: PlanRequest) -> Int {
        let measured = request.gpu.calibration?.ranges["context"].map { Int($0.lowerBound.rounded(.up)) } ?? 0
        return max(64, (measured + Self.contextStep - 1) / Self.contextStep * Self.contextStep)
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
