import Descriptions

/// An eviction policy for one sequence, as its rule is published: what it keeps, by the age of slots.
struct ReferencePolicy {
    /// Oldest slots that always stay.
    private var first = 0
    /// Newest slots that always stay.
    private var last = 0
    /// Slots that remain after a token.
    private(set) var budget = 0
    /// Whether attention decides; else the oldest goes.
    private(set) var scores = false
    /// Whether all heads drop alike, by the newest query; else each by what it has received from all.
    private(set) var isLayerWide = false
    /// Whether a key's position is its index in the cache.
    private(set) var usesCachePositions = false
    private let mode: PrefillMode
    private let promptTokens: Int

    /// A policy for a sequence of `promptTokens` and, with new ones, `tokens` in all.
    init(_ policy: CachePolicy, promptTokens: Int, tokens: Int) {
        func slots(_ size: SlotCount) -> Int {
            switch size {
            case .slots(let count): count
            case .fraction(let share): max(1, Int((share * Double(tokens)).rounded()))
            }
        }
        self.promptTokens = promptTokens
        switch policy {
        case .full, .dmc: preconditionFailure("these evict nothing")
        case .heavyHitters(let heavy, let recent, let prefill):
            (last, scores, mode) = (slots(recent), true, prefill)
            budget = slots(heavy) + last
        case .leastAttended(let size, let protect, let prefill):
            (budget, last, scores, isLayerWide, mode) = (slots(size), protect, true, true, prefill)
        case .window(let sinks, let window, let prefill):
            (first, last, mode) = (slots(sinks), slots(window), prefill)
            budget = first + last
        case .streaming(let sinks, let window, let prefill):
            (first, last, usesCachePositions, mode) = (slots(sinks), slots(window), true, prefill)
            budget = first + last
        }
    }

    /// Whether the budget holds after the token at `position`.
    func limits(after position: Int) -> Bool {
        switch mode {
        case .online: true
        case .full: position + 1 >= promptTokens
        case .only: position + 1 == promptTokens
        }
    }

    /// Whether a slot may go, by its place among `count` slots, oldest first.
    func mayDrop(slot: Int, of count: Int) -> Bool { slot >= first && slot < count - last }
}
