import Descriptions

/// When an eviction policy drops, in a sequence whose prompt's length is known.
struct EvictionSchedule: Sendable {
    let mode: PrefillMode
    let promptTokens: Int
    let budget: Int

    /// How many tokens from the first on are all seen by their successors.
    var wholeTokens: Int { mode == .online ? budget : promptTokens }

    /// Whether the budget holds right after the token at `position`.
    func drops(after position: Int) -> Bool {
        switch mode {
        case .online: true
        case .full: position >= promptTokens - 1
        case .only: position == promptTokens - 1
        }
    }
}
