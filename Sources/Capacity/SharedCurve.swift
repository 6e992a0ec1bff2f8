import Descriptions

/// Where the tokens stand that any head of a sequence still holds: what a block table that all heads share is about.
enum SharedCurve: Sendable {
    /// Every token is held by some head; or which are is not known, and none is counted as given back.
    case everything
    /// All heads hold one token in `ratio`, the same ones.
    case even(ratio: Double)
    /// The tokens that any head of a recording appends.
    case recorded(RecordedCurve)
    /// The first and the last tokens, in every head alike.
    case edges(KeptEdges)

    /// What a policy leaves of a sequence in one table for all heads: sinks and windows are the same tokens everywhere;
    /// which tokens attention picks in a head is known only where it runs, and with many heads some head keeps each.
    init(_ policy: CachePolicy, prompt: Int, tokens: Int) {
        switch policy {
        case .window(let sinks, let window, let mode), .streaming(let sinks, let window, let mode):
            self = .edges(
                KeptEdges(
                    sinks: sinks.resolved(tokens: tokens), window: window.resolved(tokens: tokens), prompt: prompt,
                    mode: mode))
        case .full, .dmc, .heavyHitters, .leastAttended: self = .everything
        }
    }

    /// Pages of `size` tokens in which any head holds a slot at a moment.
    func pages(at moment: CacheMoment, of size: Int, _ allocation: PageAllocation) -> Int {
        let tokens = moment.tokens
        let all = (tokens + size - 1) / size
        guard allocation == .needed else { return all }
        switch self {
        case .everything: return all
        case .even(let ratio): return min(all, Int((Double(tokens) / ratio).rounded(.up)))
        case .recorded(let curve): return min(all, curve.touchedPages(after: tokens, of: size))
        case .edges(let edges): return edges.pages(at: moment, of: size)
        }
    }
}

/// What sinks and a window keep, by position.
struct KeptEdges: Sendable {
    /// First tokens that stay.
    let sinks: Int
    /// Last tokens that stay.
    let window: Int
    /// Tokens of the prompt.
    let prompt: Int
    /// When the policy starts to drop.
    let mode: PrefillMode

    /// Pages of `size` tokens that hold any of what is kept.
    func pages(at moment: CacheMoment, of size: Int) -> Int {
        switch moment {
        case .after(let count): return pages(after: count, of: size)
        case .peak(let start, let count):
            // The window moves over the pages: what it touches repeats after every page.
            let whole = mode == .online || start >= prompt ? 0 : (min(prompt, count) + size - 1) / size
            return (max(start, count - size)...count).reduce(whole) { max($0, pages(after: $1, of: size)) }
        }
    }

    private func pages(after count: Int, of size: Int) -> Int {
        guard count > 0 else { return 0 }
        let isWhole = mode != .online && count < prompt
        let end = mode == .only ? min(prompt, count) : count
        let tail = isWhole ? 0 : max(0, end - window)
        let first = (min(sinks, count) + size - 1) / size
        guard tail < count else { return first }
        let last = (count - 1) / size
        return first + max(0, last - max(first, tail / size) + 1)
    }
}
