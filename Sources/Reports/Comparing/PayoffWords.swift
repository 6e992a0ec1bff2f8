import Capacity
import Comparison

/// Where a policy pays, in words.
struct PayoffWords {
    private let payoff: Payoff
    private let plan: PlanRequest

    init(_ payoff: Payoff, _ plan: PlanRequest) {
        self.payoff = payoff
        self.plan = plan
    }

    /// What stands behind the policy's name; a statement that others may share.
    var sentence: String {
        guard payoff.contextsLookedAt != nil else { return doesNotFit }
        return payoff.never ? "never pays on \(gpus): \(batches), and \(contexts)" : "\(batches), and \(contexts)"
    }

    private var doesNotFit: String {
        let reason = payoff.lacksRoom ? "its weights leave no room for a cache" : "no sequence fits"
        return "\(plan.model.name) does not fit on \(gpus): \(reason); where this would pay cannot be said"
    }

    private var gpus: String { "\(plan.gpus) x \(plan.gpu.name)" }

    private var sequences: String { "sequences of \(PlanFormatting.grouped(plan.tokens)) tokens" }

    private var batches: String {
        let both = min(payoff.plainFits, payoff.fits)
        switch (payoff.plainFits, payoff.fits) {
        case (0, 0): return "no \(sequences) fit, with it or with the plain cache"
        case (0, 1): return "one of \(sequences) fits, and with the plain cache none"
        case (0, let fits): return "\(fits) \(sequences) fit, and with the plain cache none"
        case (_, 0): return "no \(sequences) fit with it, though with the plain cache"
        default: break
        }
        guard let stretch = payoff.batches else {
            return "for \(sequences) a step is 5 % shorter than with the plain cache at no batch that fits with both"
        }
        let start = "for \(sequences) a step is 5 % shorter than with the plain cache "
        if stretch.to < both { return start + "at batches from \(stretch.from) to \(stretch.to)" }
        return start + (stretch.from == 1 ? "at every batch" : "from batch \(stretch.from) on")
    }

    private var contexts: String {
        guard let looked = payoff.contextsLookedAt else { return "no context fits" }
        let range = "\(PlanFormatting.grouped(looked.from)) to \(PlanFormatting.grouped(looked.to)) tokens"
        guard let stretch = payoff.contexts else {
            return "at no context from \(range) is throughput at the largest batch 5 % higher"
        }
        let start = "throughput at the largest batch is 5 % higher "
        if stretch == looked { return start + "at every context from \(range)" }
        if stretch.to == looked.to {
            return start + "from \(PlanFormatting.grouped(stretch.from)) tokens of context on"
        }
        return start + "at contexts from \(PlanFormatting.grouped(stretch.from)) to "
            + "\(PlanFormatting.grouped(stretch.to)) tokens"
    }
}
