import Descriptions

/// Gives every request of a workload the curve that its sequence follows: under a trace that of a recorded prompt,
/// drawn with replacement, each as likely; else the policy's own arithmetic.
struct SequenceSource: Sendable {
    /// GPUs that a sequence is counted on: 1 where all are alike or the fullest stands for them.
    let gpus: Int
    private let kind: Kind
    private let seed: UInt64

    private enum Kind: Sendable {
        /// Heads alike; the policy, and what is known of the pages.
        case alike(CachePolicy, uniform: HeadCurve?, heads: Int, pagesBySlots: [Int32])
        /// Heads of recorded prompts, and how many tokens each was recorded for.
        case summed([SummedCurve], recorded: [Int])
    }

    /// - Parameters:
    ///   - plan: the variant whose heads they are.
    ///   - longest: tokens of the longest sequence there will be.
    init(_ plan: VariantPlan, longest: Int, seed: UInt64) {
        let pageBytes = plan.memory.pageBytes
        self.seed = seed
        guard plan.pattern.prompts[0].curves[0].recordedTokens == nil else {
            let curves = zip(plan.pattern.prompts, plan.loads).map { prompt, loads in
                SummedCurve(prompt, loads: loads, memory: plan.memory, pageBytes: pageBytes, tokens: longest)
            }
            kind = .summed(curves, recorded: plan.pattern.prompts.map { $0.curves[0].recordedTokens ?? 0 })
            gpus = plan.placement.gpus
            return
        }
        let heads = plan.loads[0].map { $0[0] }.max() ?? 0
        let pages = (0...longest).map { slots in
            let bytes = plan.memory.bytes(slots: [slots], heads: [heads], longest: slots).total
            return slots == 0 ? 0 : Int32((bytes + pageBytes - 1) / pageBytes)
        }
        let curve = plan.pattern.prompts[0].curves[0]
        let uniform: HeadCurve? = if case .uniform = curve { curve } else { nil }
        kind = .alike(plan.variant.policy, uniform: uniform, heads: heads, pagesBySlots: pages)
        gpus = 1
    }

    /// The curve of the request with that number.
    func curve(of request: Workload.Request, number: Int) -> any SequenceCurve {
        switch kind {
        case .summed(let curves, _): return curves[recording(number, of: curves.count)]
        case .alike(let policy, let uniform, let heads, let pages):
            let own = HeadCurve.bounded(
                budget: policy.budget(tokens: request.tokens), prompt: request.promptTokens,
                mode: policy.prefill ?? .online)
            return AlikeCurve(head: uniform ?? own, heads: heads, pagesBySlots: pages)
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
