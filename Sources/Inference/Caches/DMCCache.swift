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
        let merges = decide(chunk, kvHead)
        let importances = importances(chunk, kvHead)
        clearDecisionChannels(chunk, kvHead)
        let buffer = slots[chunk.layer][kvHead]
        let partial = pool(chunk, kvHead, importances, merges: merges, angles)
        let visible = store(partial, merges: merges, in: buffer)
        for head in geometry.queryHeads(of: kvHead) {
            geometry.rotateQueries(chunk, head: head, angles: angles)
            clearLastChannel(chunk.queries + head * geometry.headDim, chunk.tokens, geometry.queryStride)
        }
        if chunk.tokens == 1 {
            geometry.groupAttention(chunk, kvHead: kvHead).attendAll(buffer, worker: worker)
            return
        }
        for head in geometry.queryHeads(of: kvHead) {
            geometry.attention(chunk, head: head).attend(buffer, visible: visible, partial: partial, worker: worker)
        }
    }

    /// Which tokens merge: those whose logit, the last channel of the key, is above the model's threshold.
    private func decide(_ chunk: AttentionChunk, _ kvHead: Int) -> [Bool] {
        let last = (kvHead + 1) * geometry.headDim - 1
        let margins = (0..<chunk.tokens).map {
            chunk.keys[$0 * geometry.keyStride + last] - settings.initialValue
        }
        let merges = margins.indices.map {
            decisions == .learned && chunk.firstPosition + $0 > 0 && margins[$0] > 0
        }
        if let observer {
            merges.withUnsafeBufferPointer { merges in
                margins.withUnsafeBufferPointer { margins in
                    observer.didDecide(
                        HeadDecisions(
                            layer: chunk.layer, kvHead: kvHead, firstPosition: chunk.firstPosition,
                            merges: merges, margins: margins))
                }
            }
        }
        return merges
    }

    /// ω of each token: the sigmoid of the group's mean last query channel + `init`, and never 0.
    private func importances(_ chunk: AttentionChunk, _ kvHead: Int) -> [Float] {
        (0..<chunk.tokens).map { token in
            var sum: Float = 0
            for head in geometry.queryHeads(of: kvHead) {
                sum += chunk.queries[token * geometry.queryStride + (head + 1) * geometry.headDim - 1]
            }
            return sigmoid(sum / Float(geometry.group) + settings.initialValue) + Self.leastImportance
        }
    }

    private func clearDecisionChannels(_ chunk: AttentionChunk, _ kvHead: Int) {
        clearLastChannel(chunk.keys + kvHead * geometry.headDim, chunk.tokens, geometry.keyStride)
        for head in geometry.queryHeads(of: kvHead) {
            clearLastChannel(chunk.queries + head * geometry.headDim, chunk.tokens, geometry.queryStride)
        }
    }

    private func clearLastChannel(_ vectors: UnsafeMutablePointer<Float>, _ tokens: Int, _ stride: Int) {
        for token in 0..<tokens { vectors[token * stride + geometry.headDim - 1] = 0 }
    }

    /// The open slot as it stood at each token, key rotated at that token's position: `[tokens, headDim]` each.
    private func pool(
        _ chunk: AttentionChunk, _ kvHead: Int, _ importances: [Float], merges: [Bool], _ angles: UnsafePointer<Float>
    ) -> SlotBuffer {
        let dim = geometry.headDim
        let segment = segments[chunk.layer][kvHead]
        let partial = SlotBuffer(headDim: dim, capacity: chunk.tokens)
        partial.resize(to: chunk.tokens)
        for token in 0..<chunk.tokens {
            let offset = token * geometry.keyStride + kvHead * dim
            let key = partial.keys + token * dim
            if !merges[token] { segment.restart() }
            segment.add(key: chunk.keys + offset, value: chunk.values + offset, importance: importances[token])
            segment.mean(key: key, value: partial.values + token * dim)
            rotate(key, headDim: dim, angles: angles + (chunk.firstPosition + token) * dim)
            key[dim - 1] = 0
        }
        return partial
    }

    /// Puts the last state of every segment into its slot, and says how many closed slots each token sees.
    private func store(_ partial: SlotBuffer, merges: [Bool], in buffer: SlotBuffer) -> [Int] {
        let dim = geometry.headDim
        var visible: [Int] = []
        var slot = buffer.count - 1
        buffer.resize(to: buffer.count + merges.count { !$0 })
        for token in merges.indices {
            if !merges[token] { slot += 1 }
            visible.append(slot)
            let closes = token + 1 == merges.count || !merges[token + 1]
            if closes { buffer.set(slot, key: partial.keys + token * dim, value: partial.values + token * dim) }
        }
        return visible
    }
}
