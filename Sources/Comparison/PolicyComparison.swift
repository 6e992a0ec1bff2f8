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
    /// The head whose kept slots are shown; nil for the one in which policies differ most.
    public let head: HeadPlace?
    /// A row a run, in the order of `runs`.
    public let rows: [ComparisonRow]
    /// From where on the policy of every run but the plain one pays; empty without a plan.
    public let payoffs: [Payoff]

    /// Positions that share a point of the loss over position, at most; shorter sequences have about eight points.
    static let positionsPerPoint = 64

    /// Compares `runs`. The baseline is the plain one among them with most KV heads: a model trained with fewer is held
    /// against the one it stands beside. Of several it is one whose weights are as they were published, and the first. No
    /// run may have more KV heads than it: what is left of fewer heads is no share of a plain cache. No run may come
    /// twice.
    /// - Parameters:
    ///   - plan: what the projections are for; its variants and lengths are set row by row.
    ///   - head: the head whose kept slots are shown; nil for the one in which policies differ most.
    /// - Throws: `ComparisonError`, or `CapacityError` where a row cannot be planned.
    public init(
        _ runs: [ComparedRun], plan: PlanRequest? = nil, seed: UInt64 = 0, head: HeadPlace? = nil
    ) throws {
        let first = try Self.check(runs, plan: plan, head: head)
        let baseline = runs[first]
        // By its place: two runs of different models under one policy may have one name.
        let others = runs.indices.filter { $0 != first }.map { runs[$0] }
        guard baseline.prompts.contains(where: { $0.tokens > 1 }) else {
            throw ComparisonError.nothingPredicted(run: baseline.name, prompt: baseline.prompts.first?.id)
        }
        self.baseline = baseline
        self.plan = plan
        self.seed = seed
        self.head = head
        self.runs = [baseline] + others
        rows = try self.runs.enumerated().map { index, run in
            try ComparisonRow(
                run, named: Self.name(of: run, among: runs), against: baseline, isBaseline: index == 0, plan: plan,
                seed: seed)
        }
        payoffs = try Self.payoffs(of: self.runs, on: plan)
    }
}

extension PolicyComparison {
    /// Checks that runs can be compared and planned, as far as that can be told without their likelihoods: also of runs
    /// that are yet to be made, whose prompts are left out.
    /// - Returns: the place of the baseline.
    /// - Throws: as `init`.
    @discardableResult
    public static func check(_ runs: [ComparedRun], plan: PlanRequest?, head: HeadPlace? = nil) throws -> Int {
        let heads = runs.map(\.header.configuration.kvHeads).max()
        let plain = runs.indices.filter { runs[$0].isPlain && runs[$0].header.configuration.kvHeads == heads }
        guard let first = plain.first(where: { runs[$0].header.configuration.conversion == nil }) ?? plain.first else {
            throw ComparisonError.noBaseline(runs: runs.map { "\($0.name) (\($0.header.policy) on \($0.modelNote))" })
        }
        try ComparedRun.checkApart(runs)
        guard runs.count > 1 else { throw ComparisonError.lone(run: runs[first].name) }
        for run in runs {
            try run.check(against: runs[first])
            try run.checkRest()
        }
        try head?.check(runs[first].header.configuration)
        guard let plan else { return first }
        for run in runs where run.header.policy != .dmc {
            let variant = run.variant(on: plan.model, plainHeads: runs[first].header.configuration.kvHeads)
            _ = try Planner(plan).plan(for: variant)
        }
        return first
    }
}

extension ComparisonRow {
    init(
        _ run: ComparedRun, named name: String, against baseline: ComparedRun, isBaseline: Bool, plan: PlanRequest?,
        seed: UInt64
    ) throws {
        let header = run.header
        let finalSlots = run.prompts.map(\.finalSlots)
        let slots = finalSlots.map { $0.joined().reduce(0, +) }
        let plain = baseline.prompts.reduce(0) { $0 + $1.finalSlots.joined().reduce(0, +) }
        policy = run.header.policy.description
        prefill = run.header.policy.prefill
        budget = run.budget
        model = header.model
        isOnBaseline = header.isOfSameModel(as: baseline.header)
        checkpoint = header.checkpointFingerprint
        isTrained = header.configuration.grouping == nil ? nil : !header.configuration.isUntrained
        modelName = name
        modelLabel = run.label(named: name)
        modelNote = run.modelNote
        self.slots = Spread(slots.map(Double.init))
        bytes = Self.bytes(run)
        bytesShare = bytes.mean / Self.bytes(baseline).mean
        compressionRatio = Double(plain) / Double(slots.reduce(0, +))
        meanNLL = Self.mean(run.prompts.flatMap(\.compared))
        let pairs = zip(run.prompts, baseline.prompts)
        isUntested = run.isUntested
        let isCompared = !isBaseline && !isUntested
        difference = isCompared ? PairedDifference(of: run, over: baseline, seed: seed) : nil
        byPosition = isCompared ? Self.losses(Array(pairs)) : []
        self.plan = try plan.map { try run.planRow($0, plainHeads: baseline.header.configuration.kvHeads) }
    }

    private static func bytes(_ run: ComparedRun) -> Spread {
        let header = run.header
        return Spread(
            run.prompts.map {
                Double(
                    CacheBytes(slots: $0.finalSlots, policy: header.policy, configuration: header.configuration).total)
            })
    }

    private static func mean(_ values: [Float]) -> Double {
        values.reduce(0) { $0 + Double($1) } / Double(max(1, values.count))
    }

    private static func losses(_ pairs: [(PromptTrace, PromptTrace)]) -> [PositionLoss] {
        let longest = pairs.reduce(0) { max($0, $1.1.tokens) }
        let width = min(PolicyComparison.positionsPerPoint, max(1, (longest + 6) / 8))
        return stride(from: 1, to: longest, by: width).compactMap { from in
            // Likelihood i is that of the token at position i + 1.
            var (sum, count, positions, prompts) = (0.0, 0, 0, 0)
            for (run, plain) in pairs {
                let range = (from - 1..<from - 1 + width).clamped(to: plain.compared.indices)
                for index in range {
                    sum += Double(run.negativeLogLikelihoods[index]) - Double(plain.negativeLogLikelihoods[index])
                    positions += index + 1
                }
                count += range.count
                prompts += range.isEmpty ? 0 : 1
            }
            guard count > 0 else { return nil }
            return PositionLoss(
                from: from, to: from + width, mean: Double(positions) / Double(count), difference: sum / Double(count),
                tokens: count, prompts: prompts)
        }
    }
}

extension PromptTrace {
    /// The likelihoods that runs are compared by: of the tokens behind the given ones or, where there are none, of all. The
    /// first behind them is predicted by the last given one, which under `prefill=full` and `prefill=only` still sees the
    /// whole cache: it is left out under every policy alike.
    package var compared: ArraySlice<Float> { negativeLogLikelihoods[(hasRest ? promptTokens : 0)...] }

    /// Whether tokens follow the given ones that another than the last of those predicts.
    var hasRest: Bool { tokens > promptTokens + 1 }
}

extension PolicyComparison {
    /// Predicted tokens that losses are of.
    public var comparedTokens: Int { baseline.prompts.reduce(0) { $0 + $1.compared.count } }
}

extension PairedDifference {
    /// What one run loses above another, over the same prompts.
    init(
        of run: ComparedRun, over other: ComparedRun, seed: UInt64, confidence: Double = Self.confidence
    ) {
        let prompts = zip(run.prompts, other.prompts).map { run, other in
            let pairs = zip(run.compared, other.compared)
            return (pairs.reduce(0) { $0 + Double($1.0) - Double($1.1) }, other.compared.count)
        }
        self.init(prompts: prompts, seed: seed, confidence: confidence)
    }
}

extension PolicyComparison {
    /// One run of each model, in order.
    public var models: [ComparedRun] {
        runs.reduce(into: []) { list, run in
            if !list.contains(where: { $0.header.isOfSameModel(as: run.header) }) { list.append(run) }
        }
    }

    /// What to call a run's model: its name, with the first digits of its fingerprint where another has that name too.
    public func name(of run: ComparedRun) -> String { Self.name(of: run, among: runs) }

    static func name(of run: ComparedRun, among runs: [ComparedRun]) -> String {
        let (name, fingerprint) = (run.header.model, run.header.checkpointFingerprint)
        let isAlone = runs.allSatisfy { $0.header.model != name || $0.header.checkpointFingerprint == fingerprint }
        return isAlone || fingerprint.isEmpty ? name : "\(name) (\(fingerprint.prefix(8)))"
    }

    /// The part of a recording that the runs are; nil where they are all of it. The other parts' prompts are in no figure.
    public var shard: TraceShard? { runs.lazy.compactMap(\.header.shard).first }
}
