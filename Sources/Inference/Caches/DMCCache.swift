import Descriptions
import Kernels

/// Dynamic Memory Compression at inference (Nawrot et al., 2024, section 3; Megatron-LM, branch `dmc`): each head appends
/// a token as a slot of its own or merges it into its newest slot, whose key and value are importance-weighted means.
/// A chunk of a prompt is computed at once: a layer's decisions depend on that layer's keys alone, so the final slots
/// of all segments, and the open slot as it stood at each token, are known before any attention.
public final class DMCCache: KVCache {
    /// Which tokens a head may merge.
    public enum Decisions: Sendable {
        /// Those whose logit asks for it.
        case learned
        /// None: the same arithmetic with every token appended.
        case appendAlways
    }

    private let geometry: HeadGeometry
    private let settings: DMCSettings
    private let decisions: Decisions
    private let observer: (any DecisionObserver)?
    let slots: [[SlotBuffer]]
    private let segments: [[OpenSegment]]
    /// `[kvHeads]`: what the heads of the layer at work make of a chunk.
    private let pooled: [PooledChunk]

    /// bfloat16's epsilon, which keeps every importance above 0 (semantics of the reference).
    private static let leastImportance: Float = 0x1p-7

    /// An empty cache for one sequence of `model`, which must have been retrofitted.
    public init(_ model: LlamaModel, decisions: Decisions = .learned, observer: (any DecisionObserver)? = nil) {
        guard let settings = model.configuration.dmc else { preconditionFailure("a DMC cache needs a DMC model") }
        geometry = HeadGeometry(model)
        self.settings = settings
        self.decisions = decisions
        self.observer = observer
        slots = geometry.emptySlots()
        segments = (0..<geometry.layers).map { [geometry] _ in
            (0..<geometry.kvHeads).map { _ in OpenSegment(headDim: geometry.headDim, window: settings.window) }
        }
        pooled = (0..<geometry.kvHeads).map { [geometry] _ in PooledChunk(headDim: geometry.headDim) }
    }

    public func slots(layer: Int, kvHead: Int) -> Int { slots[layer][kvHead].count }

    public func attend(_ chunk: AttentionChunk, workers: Workforce) {
        let angles = geometry.angles(chunk)
        angles.withUnsafeBufferPointer { angles in
            workers.forEach(geometry.kvHeads) { kvHead, worker in
                attend(chunk, kvHead, angles.baseAddress!, worker)
            }
        }
    }

    private func attend(_ chunk: AttentionChunk, _ kvHead: Int, _ angles: UnsafePointer<Float>, _ worker: Worker) {
        let (buffer, pooled) = (slots[chunk.layer][kvHead], self.pooled[kvHead])
        pooled.begin(tokens: chunk.tokens)
        for token in 0..<chunk.tokens { take(token, of: chunk, kvHead, pooled, angles) }
        pooled.store(in: buffer)
        tell(chunk, kvHead, pooled)
        for head in geometry.queryHeads(of: kvHead) {
            geometry.rotateQueries(chunk, head: head, angles: angles)
            clearLastChannel(chunk.queries + head * geometry.headDim, chunk.tokens, geometry.queryStride)
        }
        if chunk.tokens == 1 {
            geometry.groupAttention(chunk, kvHead: kvHead).attendAll(buffer, worker: worker)
            return
        }
        for head in geometry.queryHeads(of: kvHead) {
            geometry.attention(chunk, head: head).attend(
                buffer, visible: pooled.visible, partial: pooled.partial, worker: worker)
        }
    }

    /// Decides on a token, clears the channels that decided, and takes it into the open segment, whose slot as it stands
    /// then goes into `pooled`.
    private func take(
        _ token: Int, of chunk: AttentionChunk, _ kvHead: Int, _ pooled: PooledChunk, _ angles: UnsafePointer<Float>
    ) {
        let (dim, position) = (geometry.headDim, chunk.firstPosition + token)
        let key = chunk.keys + token * geometry.keyStride + kvHead * dim
        let margin = key[dim - 1] - settings.initialValue
        let merges = decisions == .learned && position > 0 && margin > 0
        pooled.decide(merges: merges, margin: margin)
        let importance = takeImportance(chunk, token, kvHead)
        key[dim - 1] = 0

        let segment = segments[chunk.layer][kvHead]
        let (slotKey, slotValue) = (pooled.partial.keys + token * dim, pooled.partial.values + token * dim)
        if !merges { segment.restart() }
        segment.add(
            key: key, value: chunk.values + token * geometry.keyStride + kvHead * dim, importance: importance)
        segment.mean(key: slotKey, value: slotValue)
        rotate(slotKey, headDim: dim, angles: angles + position * dim)
        slotKey[dim - 1] = 0
    }

    /// ω of a token: the sigmoid of the group's mean last query channel + `init`, and never 0. Clears those channels.
    private func takeImportance(_ chunk: AttentionChunk, _ token: Int, _ kvHead: Int) -> Float {
        var sum: Float = 0
        for head in geometry.queryHeads(of: kvHead) {
            let channel = token * geometry.queryStride + (head + 1) * geometry.headDim - 1
            sum += chunk.queries[channel]
            chunk.queries[channel] = 0
        }
        return sigmoid(sum / Float(geometry.group) + settings.initialValue) + Self.leastImportance
    }

    private func clearLastChannel(_ vectors: UnsafeMutablePointer<Float>, _ tokens: Int, _ stride: Int) {
        for token in 0..<tokens { vectors[token * stride + geometry.headDim - 1] = 0 }
    }

    private func tell(_ chunk: AttentionChunk, _ kvHead: Int, _ pooled: PooledChunk) {
        guard let observer else { return }
        pooled.merges.withUnsafeBufferPointer { merges in
            pooled.margins.withUnsafeBufferPointer { margins in
                observer.didDecide(
                    HeadDecisions(
                        layer: chunk.layer, kvHead: kvHead, firstPosition: chunk.firstPosition,
                        merges: merges, margins: margins))
            }
        }
    }
}
