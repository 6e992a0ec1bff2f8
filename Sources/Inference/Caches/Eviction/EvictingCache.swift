import Descriptions
import Kernels

/// A cache that drops tokens by a rule. Tokens before the first drop are computed at once; from there on each token of a
/// chunk sees what its predecessors left, so a chunk gives what token by token gives.
public final class EvictingCache<Rule: EvictionRule>: KVCache {
    let geometry: HeadGeometry
    let rule: Rule
    let schedule: EvictionSchedule
    let observer: (any DecisionObserver)?
    /// `[layers][kvHeads]`, keys rotated; those of sliding sinks lie first.
    let slots: [[SlotBuffer]]
    /// `[layers][kvHeads]`: what the first slots are turned from where they slide.
    let sinks: [[SlidingSinks]]
    /// `[layers][kvHeads]`, or `[layers][1]` for a layer-wide rule.
    let ledgers: [[Ledger<Rule>]]
    /// `[kvHeads]`: what the heads of the layer at work receive.
    let received: [ReceivedAttention]

    /// An empty cache for one sequence of `model`, whose prompt has `promptTokens`.
    public init(
        _ model: LlamaModel, rule: Rule, mode: PrefillMode, promptTokens: Int,
        observer: (any DecisionObserver)? = nil
    ) {
        let geometry = HeadGeometry(model)
        self.geometry = geometry
        self.rule = rule
        self.observer = observer
        schedule = EvictionSchedule(mode: mode, promptTokens: promptTokens, budget: rule.budget)
        slots = geometry.emptySlots()
        sinks = (0..<geometry.layers).map { _ in
            (0..<geometry.kvHeads).map { _ in SlidingSinks(rule.slidingSinks, headDim: geometry.headDim) }
        }
        let perLayer = rule.isLayerWide ? 1 : geometry.kvHeads
        ledgers = (0..<geometry.layers).map { _ in (0..<perLayer).map { _ in Ledger(rule) } }
        received = (0..<geometry.kvHeads).map { _ in ReceivedAttention() }
    }

    public func slots(layer: Int, kvHead: Int) -> Int { slots[layer][kvHead].count }

    public func attend(_ chunk: AttentionChunk, workers: Workforce) {
        let whole = min(chunk.tokens, max(0, schedule.wholeTokens - chunk.firstPosition))
        geometry.angles(chunk).withUnsafeBufferPointer { angles in
            if whole > 0 { attendWhole(geometry.part(chunk, 0..<whole), angles.baseAddress!, workers) }
            if whole < chunk.tokens {
                attendStepwise(geometry.part(chunk, whole..<chunk.tokens), angles.baseAddress!, workers)
            }
        }
    }

    /// The ledger of a head.
    func ledger(_ layer: Int, _ kvHead: Int) -> Ledger<Rule> { ledgers[layer][rule.isLayerWide ? 0 : kvHead] }
}
