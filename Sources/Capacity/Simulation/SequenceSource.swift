import Descriptions

/// Gives every request of a workload the curve that its sequence follows: under a trace that of a recorded prompt,
/// drawn with replacement, each as likely; else the policy's own arithmetic.
package struct SequenceSource: Sendable {
    /// GPUs that a sequence is counted on: 1 where all are alike or the fullest stands for them.
    package let gpus: Int
    private let kind: Kind
    private let seed: UInt64

    private enum Kind: Sendable {
        /// Heads alike, under a policy that looks at the request.
        case alike(VariantPlan, heads: Int)
        /// One curve, whatever the request.
        case one(any SequenceCurve)
        /// Heads of recorded prompts, and how many tokens each was recorded for.
        case summed([SummedCurve], recorded: [Int])
    }

    /// - Parameters:
    ///   - plan: the variant whose heads they are.
    ///   - longest: tokens of the longest sequence there will be.
    ///   - seed: seed of the draws of recorded prompts.
    /// - Throws: `CapacityError.request` where that is too long to replay recordings up to it.
    package init(_ plan: VariantPlan, longest: Int, seed: UInt64) throws {
        self.seed = seed
        let pattern = plan.pattern.prompts[0]
        let head = pattern.curves[0]
        let heads = plan.sequence.loads[0].map { $0[0] }.max() ?? 0
        if head.isSameForAll {
            let curve = AlikeCurve(plan, heads: heads, head: head, shared: pattern.shared)
            kind = .one(longest <= Self.mostTabled ? SummedCurve(curve, tokens: longest) : curve)
            gpus = 1
        } else if head.recordedTokens != nil {
            kind = .summed(
                try SummedCurve.all(plan, tokens: longest),
                recorded: plan.pattern.prompts.map { $0.curves[0].recordedTokens ?? 0 })
            gpus = plan.placement.gpus
        } else {
            kind = .alike(plan, heads: heads)
            gpus = 1
        }
    }

    /// Tokens up to which heads that are alike are summed up beforehand: 12 MB of sums.
    package static let mostTabled = 1 << 20

    /// The curve of the request with that number.
    package func curve(of request: Workload.Request, number: Int) -> any SequenceCurve {
        switch kind {
        case .summed(let curves, _): return curves[recording(number, of: curves.count)]
        case .one(let curve): return curve
        case .alike(let plan, let heads):
            let policy = plan.variant.policy
            return AlikeCurve(
                plan, heads: heads, head: HeadCurve(policy, prompt: request.promptTokens, tokens: request.tokens),
                shared: SharedCurve(policy, prompt: request.promptTokens, tokens: request.tokens))
        }
    }

    /// The recorded prompt that stands for the request with that number, and its tokens; nil where none does.
    func recording(of number: Int) -> (prompt: Int, tokens: Int)? {
        guard case .summed(let curves, let recorded) = kind else { return nil }
        let prompt = recording(number, of: curves.count)
        return (prompt, recorded[prompt])
    }

    /// A request draws the same recording under every policy and at every rate.
    private func recording(_ number: Int, of count: Int) -> Int {
        var random = RandomSource(seed: seed, stream: number)
        return min(Int(random.nextUnit() * Double(count)), count - 1)
    }
}
