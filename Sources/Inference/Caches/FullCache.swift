import Kernels

/// The plain cache: every token keeps its slot.
public final class FullCache: KVCache {
    private let geometry: HeadGeometry
    let slots: [[SlotBuffer]]

    /// An empty cache for one sequence of `model`.
    public init(_ model: LlamaModel) {
        geometry = HeadGeometry(model)
        slots = geometry.emptySlots()
    }

    public func slots(layer: Int, kvHead: Int) -> Int { slots[layer][kvHead].count }

    public func attend(_ chunk: AttentionChunk, workers: Workforce) {
        let angles = geometry.angles(chunk)
        angles.withUnsafeBufferPointer { angles in
            workers.forEach(geometry.kvHeads) { kvHead, worker in
                store(chunk, kvHead, angles.baseAddress!)
                attend(chunk, kvHead, angles.baseAddress!, worker)
            }
        }
    }

    private func store(_ chunk: AttentionChunk, _ kvHead: Int, _ angles: UnsafePointer<Float>) {
        let buffer = slots[chunk.layer][kvHead]
        buffer.resize(to: chunk.firstPosition + chunk.tokens)
        for token in 0..<chunk.tokens {
            let position = chunk.firstPosition + token
            let offset = token * geometry.keyStride + kvHead * geometry.headDim
            rotate(chunk.keys + offset, headDim: geometry.headDim, angles: angles + position * geometry.headDim)
            buffer.set(position, key: chunk.keys + offset, value: chunk.values + offset)
        }
    }

    private func attend(_ chunk: AttentionChunk, _ kvHead: Int, _ angles: UnsafePointer<Float>, _ worker: Worker) {
        let buffer = slots[chunk.layer][kvHead]
        for head in geometry.queryHeads(of: kvHead) { geometry.rotateQueries(chunk, head: head, angles: angles) }
        if chunk.tokens == 1 {
            geometry.groupAttention(chunk, kvHead: kvHead).attendAll(buffer, worker: worker)
            return
        }
        let visible = (0..<chunk.tokens).map { chunk.firstPosition + $0 + 1 }
        for head in geometry.queryHeads(of: kvHead) {
            geometry.attention(chunk, head: head).attend(buffer, visible: visible, worker: worker)
        }
    }
}
