import Capacity
import Descriptions

/// From where on a policy pays on the GPU that is planned for.
public struct Payoff: Hashable, Sendable {
    /// The policy's word, on the planned model.
    public let policy: String
    /// Smallest batch at which its decode step is at least 5 % shorter than the plain cache's, at the planned lengths,
    /// among batches that fit with the plain cache; nil where there is none.
    public let batch: Int?
    /// Smallest context at which its throughput at its own largest batch is at least 5 % above the plain cache's at the
    /// plain cache's largest; nil where there is none up to the model's context.
    public let context: Int?
    /// Its throughput over the plain cache's, each at its largest batch, at the planned lengths; nil where one has none.
    public let throughputRatio: Double?

    /// Whether it pays nowhere.
    public var never: Bool { batch == nil && context == nil }
}

extension PolicyComparison {
    /// How much shorter a step, or higher a throughput, counts as a gain: below it a projection's error is larger.
    static let leastGain = 1.05

    /// A payoff for every run but the plain one; empty without a plan.
    /// - Throws: as `Planner`.
    public func payoffs() throws -> [Payoff] {
        guard let plan else { return [] }
        let plainHeads = baseline.header.configuration.kvHeads
        return try runs.dropFirst().map { run in
            var request = plan
            if run.header.policy == .dmc {
                request.lengths = .trace(try RecordedTrace(header: run.header, prompts: run.prompts))
            }
            let variant = run.variant(on: plan.model, plainHeads: plainHeads)
            return try payoff(variant, request)
        }
    }

    private func payoff(_ variant: PlanVariant, _ request: PlanRequest) throws -> Payoff {
        let planner = try Planner(request)
        let (plain, other) = (try planner.plan(for: .full), try planner.plan(for: variant))
        let fits = plain.row().maxBatch
        let batches = Self.doubling(from: 1, through: fits)
        let batch = batches.first {
            plain.meanStepTime(batch: $0).seconds >= Self.leastGain * other.meanStepTime(batch: $0).seconds
        }
        let longest = request.model.configuration.maxPositions
        let context = try Self.doubling(from: 256, through: longest).first { context in
            guard let ratio = try throughputRatio(variant, request, context: context) else { return false }
            return ratio >= Self.leastGain
        }
        return Payoff(
            policy: variant.word, batch: batch, context: context,
            throughputRatio: try throughputRatio(variant, request, context: request.tokens))
    }

    /// Throughput over the plain cache's, each at its own largest batch, for sequences of `context` tokens in the
    /// request's proportion of prompt and new ones.
    private func throughputRatio(_ variant: PlanVariant, _ request: PlanRequest, context: Int) throws -> Double? {
        var other = request
        other.newTokens = max(1, context * request.newTokens / request.tokens)
        other.promptTokens = max(1, context - other.newTokens)
        let planner = try Planner(other)
        guard let plain = try planner.plan(for: .full).row().throughputTokensPerSecond,
            let throughput = try planner.plan(for: variant).row().throughputTokensPerSecond
        else { return nil }
        return throughput / plain
    }

    private static func doubling(from first: Int, through last: Int) -> [Int] {
        Array(sequence(first: first) { $0 * 2 <= last ? $0 * 2 : nil }).filter { $0 <= last }
    }
}
