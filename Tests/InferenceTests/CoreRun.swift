import Descriptions
import Inference
import Kernels
import Synchronization
import TestSupport

/// What the core made of some tokens: logits behind each, every head's decisions, the slots at the end.
struct CoreRun {
    /// `[tokens][vocabulary]`.
    private(set) var logits: [[Float]] = []
    /// Whether each token was merged, `[layers][kvHeads][tokens]`; empty where nothing was observed.
    let merges: [[[Bool]]]
    /// How far each logit was above the threshold, laid out likewise.
    let margins: [[[Float]]]
    /// Every token that a head dropped.
    let drops: Set<ReferenceEviction.Drop>
    /// `[layers][kvHeads]`.
    let slots: [[Int]]

    /// How tokens are fed.
    enum Path {
        /// All at once, in the engine's chunks.
        case parallel
        /// One by one, as in decoding.
        case stepwise
        /// So many at once, the others one by one.
        case mixed(Int)
    }

    /// Feeds `tokens` to an empty cache of `model`.
    init(
        _ model: LlamaModel, _ tokens: [Int], _ path: Path, decisions: DMCCache.Decisions = .learned, threads: Int = 2,
        arithmetic: ArithmeticMode = .float32
    ) {
        let shape = model.configuration
        let watcher = Watcher(layers: shape.layers, kvHeads: shape.kvHeads)
        let cache: any KVCache =
            shape.dmc == nil ? FullCache(model) : DMCCache(model, decisions: decisions, observer: watcher)
        self.init(model, tokens, path, cache, watcher, threads: threads, arithmetic)
    }

    /// Feeds `tokens`, of which the first `promptTokens` count as the prompt, to an empty cache under `policy`.
    init(
        _ model: LlamaModel, _ tokens: [Int], _ path: Path, policy: CachePolicy, promptTokens: Int, threads: Int = 2,
        arithmetic: ArithmeticMode = .float32
    ) throws {
        let shape = model.configuration
        let watcher = Watcher(layers: shape.layers, kvHeads: shape.kvHeads)
        let length = SequenceLength(prompt: promptTokens, total: tokens.count)
        let cache = try model.makeCache(policy, length: length, observer: watcher)
        self.init(model, tokens, path, cache, watcher, threads: threads, arithmetic)
    }

    private init(
        _ model: LlamaModel, _ tokens: [Int], _ path: Path, _ cache: any KVCache, _ watcher: Watcher, threads: Int,
        _ arithmetic: ArithmeticMode
    ) {
        let shape = model.configuration
        let engine = Engine(model, threads: threads, arithmetic: arithmetic)
        let sequence = DecodingSequence(cache: cache)
        let prompt =
            switch path {
            case .parallel: tokens.count
            case .stepwise: 0
            case .mixed(let count): count
            }
        var logits: [[Float]] = []
        func take(_ count: Int, _ rows: UnsafePointer<Float>) {
            for row in 0..<count {
                logits.append(
                    Array(UnsafeBufferPointer(start: rows + row * shape.vocabularySize, count: shape.vocabularySize)))
            }
        }
        engine.prefill(Array(tokens.prefix(prompt)), into: sequence, logits: .all) { first, count, rows in
            precondition(first == logits.count, "chunks follow each other")
            take(count, rows)
        }
        for token in tokens.dropFirst(prompt) { take(1, engine.decode([token], of: [sequence])) }
        self.logits = logits
        (merges, margins) = watcher.decisions
        drops = watcher.drops
        slots = (0..<shape.layers).map { layer in
            (0..<shape.kvHeads).map { cache.slots(layer: layer, kvHead: $0) }
        }
    }

    /// The bits of all logits.
    var bits: [[UInt32]] { logits.map { $0.map(\.bitPattern) } }

    /// The largest difference to other logits, each taken relative to the larger of it and 1.
    func difference(to others: some Collection<[Double]>) -> Double {
        var largest = 0.0
        for (mine, theirs) in zip(logits, others) {
            for (one, other) in zip(mine, theirs) {
                let difference = abs(Double(one) - other) / max(1, abs(other))
                // What is not a number is not near anything.
                largest = difference.isNaN ? .infinity : max(largest, difference)
            }
        }
        return largest
    }

    /// The same, to another run of the core.
    func difference(to other: CoreRun) -> Double { difference(to: other.logits.map { $0.map(Double.init) }) }
}

/// Keeps every decision.
private final class Watcher: DecisionObserver {
    private let evicted = Mutex<Set<ReferenceEviction.Drop>>([])
    private let heads: Mutex<(merges: [[[Bool]]], margins: [[[Float]]])>

    init(layers: Int, kvHeads: Int) {
        heads = Mutex(
            (
                Array(repeating: Array(repeating: [], count: kvHeads), count: layers),
                Array(repeating: Array(repeating: [], count: kvHeads), count: layers)
            ))
    }

    var decisions: ([[[Bool]]], [[[Float]]]) { heads.withLock { ($0.merges, $0.margins) } }

    func didDecide(_ decisions: HeadDecisions) {
        heads.withLock { heads in
            precondition(
                heads.merges[decisions.layer][decisions.kvHead].count == decisions.firstPosition, "in order, each once")
            heads.merges[decisions.layer][decisions.kvHead] += Array(decisions.merges)
            heads.margins[decisions.layer][decisions.kvHead] += Array(decisions.margins)
        }
    }

    var drops: Set<ReferenceEviction.Drop> { evicted.withLock { $0 } }

    func didEvict(_ eviction: HeadEviction) {
        let drop = ReferenceEviction.Drop(
            token: eviction.token, layer: eviction.layer, kvHead: eviction.kvHead, position: eviction.position)
        evicted.withLock { evicted in precondition(evicted.insert(drop).inserted, "each once") }
    }
}
