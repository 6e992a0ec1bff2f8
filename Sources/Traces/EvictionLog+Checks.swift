import Descriptions

extension EvictionLog {
    /// Why this cannot be what `policy` dropped of a sequence of `tokens` tokens, the first `promptTokens` given; nil if
    /// it can. When a policy drops follows from its budget and its mode alone. Which tokens go does so for sinks with a
    /// window; TOVA drops the same in all heads of a layer; H2O and TOVA choose, but never one of the newest they spare.
    /// - Parameter longest: tokens that shares are taken of: given and new ones, as many as there might have been.
    func misfit(policy: CachePolicy, promptTokens: Int, tokens: Int, longest: Int) -> String? {
        guard let limits = EvictionLimits(policy, promptTokens: promptTokens, tokens: tokens, longest: longest) else {
            return "expected no evictions under policy \(policy), found some"
        }
        for layer in 0..<layers {
            for kvHead in 0..<kvHeads where kvHead == 0 || self[layer, kvHead] != self[layer, kvHead - 1] {
                let place = "layer \(layer), KV head \(kvHead): "
                if let reason = limits.misfit(self[layer, kvHead]) { return place + reason }
                if limits.isLayerWide, kvHead > 0 {
                    return place + "expected the drops of KV head 0 under \(policy), found others"
                }
            }
        }
        return nil
    }
}

/// What a policy that evicts may do to one sequence.
private struct EvictionLimits {
    let policy: CachePolicy
    let promptTokens: Int
    let tokens: Int
    /// Slots that a head holds after a token, if the sequence has so many.
    let budget: Int
    /// Whether all heads of a layer drop alike.
    let isLayerWide: Bool
    /// First tokens that always stay, where all others go in order.
    private let sinks: Int?
    /// Newest tokens that always stay.
    private let spared: Int

    /// Nil for a policy that drops nothing.
    init?(_ policy: CachePolicy, promptTokens: Int, tokens: Int, longest: Int) {
        guard let budget = policy.budget(tokens: longest) else { return nil }
        self.policy = policy
        self.promptTokens = promptTokens
        self.tokens = tokens
        self.budget = budget
        switch policy {
        case .full, .dmc: return nil
        case .heavyHitters(_, let recent, _):
            (isLayerWide, sinks, spared) = (false, nil, recent.resolved(tokens: longest))
        case .leastAttended(_, let protect, _): (isLayerWide, sinks, spared) = (true, nil, protect)
        case .window(let first, _, _), .streaming(let first, _, _):
            (isLayerWide, sinks, spared) = (true, first.resolved(tokens: longest), 0)
        }
    }

    /// Why a head cannot have dropped these.
    func misfit(_ drops: [EvictionLog.Drop]) -> String? {
        var isHeld = [Bool](repeating: true, count: tokens)
        for (index, drop) in drops.enumerated() {
            guard index < count else {
                return "expected \(count) drops under \(policy) of \(tokens) tokens, found \(drops.count)"
            }
            let last = lastToken(of: index)
            guard drop.token == last else {
                return "expected drop \(index) after token \(last), where \(policy) exceeds its budget of \(budget), "
                    + "found it after token \(drop.token)"
            }
            guard (0...drop.token).contains(drop.position), isHeld[drop.position] else {
                return "expected a drop of a position held after token \(drop.token), found \(drop.position)"
            }
            if let reason = misfit(drop, index) { return reason }
            isHeld[drop.position] = false
        }
        return drops.count == count
            ? nil : "expected \(count) drops under \(policy) of \(tokens) tokens, found \(drops.count)"
    }

    /// Drops of a head in all.
    private var count: Int { max(0, (policy.prefill == .only ? promptTokens : tokens) - budget) }

    /// The token after which a head's drop of this index comes: the cache is then one slot over its budget, or the prompt
    /// is at its end and cut.
    private func lastToken(of index: Int) -> Int {
        policy.prefill == .online ? budget + index : max(promptTokens - 1, budget + index)
    }

    private func misfit(_ drop: EvictionLog.Drop, _ index: Int) -> String? {
        if let sinks, drop.position != sinks + index {
            return "expected position \(sinks + index) dropped after token \(drop.token) under \(policy), "
                + "found \(drop.position)"
        }
        guard drop.position <= drop.token - spared else {
            return "expected the newest \(spared) spared after token \(drop.token) under \(policy), "
                + "found \(drop.position) dropped"
        }
        return nil
    }
}
