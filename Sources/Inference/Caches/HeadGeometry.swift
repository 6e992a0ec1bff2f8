import Descriptions
import Kernels

/// Where a head's numbers lie in an `AttentionChunk`, and how they turn.
struct HeadGeometry {
    let layers: Int
    let heads: Int
    let kvHeads: Int
    let headDim: Int
    private let rotary: RotaryEmbedding

    init(_ model: LlamaModel) {
        layers = model.configuration.layers
        heads = model.configuration.heads
        kvHeads = model.configuration.kvHeads
        headDim = model.configuration.headDim
        rotary = model.rotary
    }

    var group: Int { heads / kvHeads }
    /// Floats from one token's query to the next.
    var queryStride: Int { heads * headDim }
    /// Floats from one token's key or value to the next.
    var keyStride: Int { kvHeads * headDim }

    /// Query heads that read a KV head.
    func queryHeads(of kvHead: Int) -> Range<Int> { kvHead * group..<(kvHead + 1) * group }

    /// Room for `tokens` of angles behind `firstPosition`.
    func angles(_ chunk: AttentionChunk) -> [Float] {
        rotary.table(positions: chunk.firstPosition + chunk.tokens)
    }

    /// Turns a query head's vectors, each at its own position.
    func rotateQueries(_ chunk: AttentionChunk, head: Int, angles: UnsafePointer<Float>) {
        for token in 0..<chunk.tokens {
            rotate(
                chunk.queries + token * queryStride + head * headDim, headDim: headDim,
                angles: angles + (chunk.firstPosition + token) * headDim)
        }
    }

    /// The tokens `range` of a chunk.
    func part(_ chunk: AttentionChunk, _ range: Range<Int>) -> AttentionChunk {
        AttentionChunk(
            layer: chunk.layer, firstPosition: chunk.firstPosition + range.lowerBound, tokens: range.count,
            queries: chunk.queries + range.lowerBound * queryStride,
            keys: chunk.keys + range.lowerBound * keyStride,
            values: chunk.values + range.lowerBound * keyStride,
            output: chunk.output + range.lowerBound * queryStride)
    }

    /// The attention of a query head over this chunk, queries already turned.
    func attention(_ chunk: AttentionChunk, head: Int) -> SlotAttention {
        SlotAttention(
            queries: chunk.queries + head * headDim, output: chunk.output + head * headDim, stride: queryStride,
            count: chunk.tokens)
    }

    /// The attention of all query heads of a KV head over a chunk of one token, queries already turned.
    func groupAttention(_ token: AttentionChunk, kvHead: Int) -> SlotAttention {
        let offset = kvHead * group * headDim
        return SlotAttention(
            queries: token.queries + offset, output: token.output + offset, stride: headDim, count: group)
    }

    /// An empty buffer for every head, `[layers][kvHeads]`.
    func emptySlots() -> [[SlotBuffer]] {
        (0..<layers).map { _ in (0..<kvHeads).map { _ in SlotBuffer(headDim: headDim) } }
    }
}
