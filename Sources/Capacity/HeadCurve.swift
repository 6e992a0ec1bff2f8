import Descriptions

/// The length of a head over time.
enum HeadCurve: Sendable {
    /// As a trace has it.
    case recorded(RecordedCurve)
    /// One slot for `ratio` tokens.
    case uniform(ratio: Double)
    /// Every token its slot, up to a budget if there is one; `prompt` tokens are prefilled in `mode`.
    case bounded(budget: Int?, prompt: Int, mode: PrefillMode)

    /// A head under a policy that needs no trace, of a sequence of `tokens` tokens, `prompt` of them its prompt.
    init(_ policy: CachePolicy, prompt: Int, tokens: Int) {
        self = .bounded(budget: policy.budget(tokens: tokens), prompt: prompt, mode: policy.prefill ?? .online)
    }

    /// Slots kept after `count` tokens.
    func slots(after count: Int) -> Int {
        switch self {
        case .recorded(let curve): curve.slots(after: count)
        case .uniform(let ratio): Int((Double(count) / ratio).rounded(.up))
        case .bounded(nil, _, _): count
        case .bounded(let budget?, _, .online): min(count, budget)
        case .bounded(let budget?, let prompt, .full): count < prompt ? count : min(count, budget)
        case .bounded(let budget?, let prompt, .only):
            count < prompt ? count : min(prompt, budget) + count - prompt
        }
    }

    /// Whether it only grows, and in the same way whatever the request: not where it is one prompt's of a trace, nor
    /// under a budget, which is cut at the prompt's end or goes by the request's length.
    var isSameForAll: Bool {
        switch self {
        case .uniform, .bounded(nil, _, _): true
        case .recorded, .bounded: false
        }
    }

    /// Most slots that are ever held in a sequence of `count` tokens.
    func peak(within count: Int) -> Int { peak(after: 0, within: count) }

    /// Most slots that are held from after token `start` to after token `count`, the whole prompt before it is cut
    /// included. Heads of a trace only grow.
    func peak(after start: Int, within count: Int) -> Int {
        guard case .bounded(_?, let prompt, let mode) = self, mode != .online, start < prompt else {
            return slots(after: count)
        }
        return max(min(prompt, count), slots(after: count))
    }

    /// Slots that token `count` (from 1) attends to, itself included: a budget is what remains after the token.
    func attended(by count: Int) -> Int {
        switch self {
        case .bounded(let budget?, _, .online): min(count, budget + 1)
        case .bounded(let budget?, let prompt, .full): count <= prompt ? count : min(count, budget + 1)
        case .bounded(_, let prompt, .only): count <= prompt ? count : slots(after: count)
        default: slots(after: count)
        }
    }

    /// The same, summed over tokens `start` + 1 … `count`.
    func attended(after start: Int, through count: Int) -> Int {
        switch self {
        case .bounded(nil, _, _): return Self.ramp(start, count)
        case .bounded(let budget?, let prompt, let mode):
            let whole = mode == .online ? start : min(max(prompt, start), count)
            let rest = count - whole
            let late =
                mode == .only
                ? Self.ramp(whole, count) - rest * (prompt - min(prompt, budget))
                : Self.ramp(whole, count, cap: budget + 1)
            return Self.ramp(start, whole) + late
        case .recorded, .uniform:
            return (start..<count).reduce(0) { $0 + attended(by: $1 + 1) }
        }
    }

    /// Σ min(i, cap) for i from `start` + 1 to `end`.
    private static func ramp(_ start: Int, _ end: Int, cap: Int = .max) -> Int {
        let turn = min(max(start, cap), end)
        let rising = turn * (turn + 1) / 2 - start * (start + 1) / 2
        return end > turn ? rising + (end - turn) * cap : rising
    }

    /// Tokens recorded; nil for a curve that knows any length.
    var recordedTokens: Int? {
        guard case .recorded(let curve) = self else { return nil }
        return curve.tokens
    }
}
