import Descriptions

/// The length of a head over time.
enum HeadCurve: Sendable {
    /// As a trace has it.
    case recorded(RecordedCurve)
    /// One slot for `ratio` tokens.
    case uniform(ratio: Double)
    /// Every token its slot, up to a budget if there is one; `prompt` tokens are prefilled in `mode`.
    case bounded(budget: Int?, prompt: Int, mode: PrefillMode)

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

    /// Tokens recorded; nil for a curve that knows any length.
    var recordedTokens: Int? {
        guard case .recorded(let curve) = self else { return nil }
        return curve.tokens
    }
}
