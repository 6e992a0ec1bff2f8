/// How a cache is kept small. A policy is written `full`, `dmc`, `h2o:heavy=64,recent=64`, `tova:slots=128`,
/// `window:sinks=4,window=124`, `streaming:sinks=4,window=124`; it parses from and prints as that word.
public enum CachePolicy: Hashable, Sendable {
    /// Every token keeps its slot.
    case full
    /// Dynamic Memory Compression: the model merges tokens.
    case dmc
    /// H2O, per KV head: the slots with most attention so far, and the newest.
    case heavyHitters(heavy: SlotCount, recent: SlotCount, prefill: PrefillMode)
    /// TOVA, per layer: the slot with the least attention of the newest token goes; the `protect` newest are spared.
    case leastAttended(slots: SlotCount, protect: Int = 0, prefill: PrefillMode)
    /// The first `sinks` and the last `window` tokens at their original positions.
    case window(sinks: SlotCount, window: SlotCount, prefill: PrefillMode)
    /// The same at positions within the cache: StreamingLLM.
    case streaming(sinks: SlotCount, window: SlotCount, prefill: PrefillMode)
}

/// A number of slots, as such or as a share of prompt and new tokens together.
public enum SlotCount: Hashable, Sendable {
    /// So many slots.
    case slots(Int)
    /// This share, rounded, at least 1 slot.
    case fraction(Double)

    /// The count for a sequence of `tokens`, prompt and new ones together.
    public func resolved(tokens: Int) -> Int {
        switch self {
        case .slots(let count): count
        case .fraction(let share): max(1, Int((share * Double(tokens)).rounded()))
        }
    }
}

/// When an eviction policy starts to drop.
public enum PrefillMode: String, Hashable, Sendable {
    /// At every token from the first.
    case online
    /// The prompt attends in full; then one cut to the budget, then online.
    case full
    /// That cut alone; the cache grows afterwards.
    case only
}

extension CachePolicy {
    /// Whether it drops slots of an ordinary model.
    public var evicts: Bool {
        switch self {
        case .full, .dmc: false
        case .heavyHitters, .leastAttended, .window, .streaming: true
        }
    }

    /// The sizes that together are its budget; none where the policy sets no limit.
    public var sizes: [SlotCount] {
        switch self {
        case .full, .dmc: []
        case .heavyHitters(let heavy, let recent, _): [heavy, recent]
        case .leastAttended(let slots, _, _): [slots]
        case .window(let sinks, let window, _), .streaming(let sinks, let window, _): [sinks, window]
        }
    }

    /// Slots a head may hold after a token, for a sequence of `tokens` in all; nil where the policy sets no limit.
    public func budget(tokens: Int) -> Int? {
        sizes.isEmpty ? nil : sizes.reduce(0) { $0 + $1.resolved(tokens: tokens) }
    }

    /// The shares among its sizes, added up.
    public var share: Double {
        sizes.reduce(0) { sum, size in
            guard case .fraction(let share) = size else { return sum }
            return sum + share
        }
    }

    /// The whole numbers of slots among its sizes, added up.
    public var slots: Int {
        sizes.reduce(0) { sum, size in
            guard case .slots(let count) = size else { return sum }
            return sum + count
        }
    }

    /// The same policy, starting to drop at another time; one that never drops is as it was.
    public func with(prefill: PrefillMode) -> CachePolicy {
        switch self {
        case .full, .dmc: self
        case .heavyHitters(let heavy, let recent, _): .heavyHitters(heavy: heavy, recent: recent, prefill: prefill)
        case .leastAttended(let slots, let protect, _):
            .leastAttended(slots: slots, protect: protect, prefill: prefill)
        case .window(let sinks, let window, _): .window(sinks: sinks, window: window, prefill: prefill)
        case .streaming(let sinks, let window, _): .streaming(sinks: sinks, window: window, prefill: prefill)
        }
    }

    /// Whether a prompt is read, and scored, with its whole cache before anything is dropped: `prefill=full` and
    /// `prefill=only`. What it loses shows only behind the first token after the prompt, which is still predicted in full.
    public var readsPromptsWhole: Bool { prefill == .full || prefill == .only }

    /// When it starts to drop; nil where it never does.
    public var prefill: PrefillMode? {
        switch self {
        case .full, .dmc: nil
        case .heavyHitters(_, _, let mode), .leastAttended(_, _, let mode), .window(_, _, let mode),
            .streaming(_, _, let mode):
            mode
        }
    }
}
