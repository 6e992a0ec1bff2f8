extension EvictionLog {
    /// Why this cannot be what a policy dropped of a sequence of `tokens` tokens; nil if it can. A head keeps at least
    /// one slot after every token.
    func misfit(tokens: Int) -> String? {
        for layer in 0..<layers {
            for kvHead in 0..<kvHeads where kvHead == 0 || self[layer, kvHead] != self[layer, kvHead - 1] {
                if let reason = Self.misfit(self[layer, kvHead], tokens: tokens) {
                    return "layer \(layer), KV head \(kvHead): \(reason)"
                }
            }
        }
        return nil
    }

    private static func misfit(_ drops: [Drop], tokens: Int) -> String? {
        var isHeld = [Bool](repeating: true, count: tokens)
        var earlier = 0
        for (index, drop) in drops.enumerated() {
            guard (0..<tokens).contains(drop.token) else {
                return "expected drops after tokens 0 to \(tokens - 1), found one after token \(drop.token)"
            }
            guard drop.token >= earlier else {
                return "expected drops in order of time, found one after token \(drop.token) behind token \(earlier)"
            }
            guard (0...drop.token).contains(drop.position), isHeld[drop.position] else {
                return "expected a drop of a position held after token \(drop.token), found \(drop.position)"
            }
            guard index < drop.token else { return "expected a slot left after token \(drop.token), found none" }
            isHeld[drop.position] = false
            earlier = drop.token
        }
        return nil
    }
}
