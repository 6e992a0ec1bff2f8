import Capacity
import Descriptions
import Traces

/// Several runs of the same prompts, held against the plain model's.
public struct PolicyComparison: Sendable {
    /// The plain model's run, which losses are counted from.
    public let baseline: ComparedRun
    /// All runs, the plain model's first.
    public let runs: [ComparedRun]
    /// What to plan for; nil for no projections.
    public let plan: PlanRequest?
    /// Seed of the bootstrap.
    public let seed: UInt64
    /// A row a run, in the order of `runs`.
    public let rows: [ComparisonRow]

    /// Positions that share a point of the loss over position.
    static let positionsPerPoint = 64

    /// Compares `runs`. The baseline is the plain one among them with most KV heads, and of several the first: a model
    /// trained with fewer is held against the one it stands beside. No run may have more KV heads than it: what is left
    /// of fewer heads is no share of a plain cache.
    /// - Parameter plan: what the projections are for; its variants and lengths are set row by row.
    /// - Throws: `ComparisonError`, or `CapacityError` where a row cannot be planned.
    public init(_ runs: [ComparedRun], plan: PlanRequest? = nil, seed: UInt64 = 0) throws {
        let plain = runs.indices.filter { runs[$0].isPlain }
        let heads = runs.map(\.header.configuration.kvHeads).max()
        guard let first = plain.first(where: { runs[$0].header.configuration.kvHeads == heads }) else {
            throw ComparisonError.noBaseline(runs: runs.map { "\($0.name) (\($0.header.policy) on \($0.modelNote))" })
        }
        let baseline = runs[first]
        for run in runs { try run.check(against: baseline) }
        // By its place: two runs of different models under one policy may have one name.
        let others = runs.indices.filter { $0 != first }.map { runs[$0] }
        guard baseline.prompts.contains(where: { $0.tokens > 1 }) else {
            throw ComparisonError.request("\(baseline.name): expected prompts of at least 2 tokens, found none")
        }
        self.baseline = baseline
        self.plan = plan
        self.seed = seed
        self.runs = [baseline] + others
        rows = try self.runs.enumerated().map { index, run in
            try ComparisonRow(run, against: baseline, isBaseline: index == 0, plan: plan, seed: seed)
        }
    }
}

extension ComparisonRow {
    init(
        _ run: ComparedRun, against baseline: ComparedRun, isBaseline: Bool, plan: PlanRequest?, seed: UInt64
    ) throws {
        let slots = run.prompts.map { $0.finalSlots.joined().reduce(0, +) }
        let plain = baseline.prompts.reduce(0) { $0 + $1.finalSlots.joined().reduce(0, +) }
        let bytesPerSlot = 2 * run.header.configuration.headDim * 2
        policy = run.header.policy.description
        prefill = run.header.policy.prefill
        budget = run.budget
        model = run.header.model
        modelLabel = run.modelLabel
        modelNote = run.modelNote
        self.slots = Spread(slots.map(Double.init))
        bytes = Spread(slots.map { Double($0 * bytesPerSlot) })
        compressionRatio = Double(plain) / Double(slots.reduce(0, +))
        meanNLL = Self.mean(run.prompts.flatMap(\.negativeLogLikelihoods))
        let pairs = zip(run.prompts, baseline.prompts)
        difference = isBaseline ? nil : PairedDifference(prompts: pairs.map(Self.difference), seed: seed)
        byPosition = isBaseline ? [] : Self.losses(Array(pairs))
        self.plan = try plan.map { try run.planRow($0, plainHeads: baseline.header.configuration.kvHeads) }
    }

    private static func mean(_ values: [Float]) -> Double {
        values.reduce(0) { $0 + Double($1) } / Double(max(1, values.count))
    }

    private static func difference(_ run: PromptTrace, _ plain: PromptTrace) -> (difference: Double, tokens: Int) {
        let pairs = zip(run.negativeLogLikelihoods, plain.negativeLogLikelihoods)
        return (pairs.reduce(0) { $0 + Double($1.0) - Double($1.1) }, plain.negativeLogLikelihoods.count)
    }

    private static func losses(_ pairs: [(PromptTrace, PromptTrace)]) -> [PositionLoss] {
        let longest = pairs.reduce(0) { max($0, $1.1.tokens) }
        let width = PolicyComparison.positionsPerPoint
        return stride(from: 1, to: longest, by: width).compactMap { from in
            // Likelihood i is that of the token at position i + 1.
            var (sum, count) = (0.0, 0)
            for (run, plain) in pairs {
                let range = (from - 1..<from - 1 + width).clamped(to: 0..<plain.negativeLogLikelihoods.count)
                for index in range {
                    sum += Double(run.negativeLogLikelihoods[index]) - Double(plain.negativeLogLikelihoods[index])
                }
                count += range.count
            }
            guard count > 0 else { return nil }
            return PositionLoss(from: from, to: from + width, difference: sum / Double(count), tokens: count)
        }
    }
}

extension PolicyComparison {
    /// One run of each model, in order.
    public var models: [ComparedRun] {
        runs.reduce(into: []) { list, run in
            let isThere = list.contains { $0.header.checkpointFingerprint == run.header.checkpointFingerprint }
            if !isThere { list.append(run) }
        }
    }
}
