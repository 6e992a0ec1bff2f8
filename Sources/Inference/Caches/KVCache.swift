import Kernels

/// What a sequence remembers of its past, in every layer. A policy decides what is stored, when it is rotated and what
/// is seen; so a cache takes queries, keys and values before rotation and gives the attention output.
public protocol KVCache: AnyObject {
    /// Takes the next tokens of one layer and writes their attention output.
    /// The chunks of a layer come in order, and each layer sees the same chunks.
    func attend(_ chunk: AttentionChunk, workers: Workforce)

    /// Slots a head holds now.
    func slots(layer: Int, kvHead: Int) -> Int
}

/// Consecutive tokens of one sequence, in one layer.
public struct AttentionChunk {
    /// The layer, from 0.
    public var layer: Int
    /// Position of the first token in its sequence.
    public var firstPosition: Int
    /// Tokens in the chunk.
    public var tokens: Int
    /// Straight from the projection, `[tokens, heads, headDim]`. The cache may overwrite them.
    public var queries: UnsafeMutablePointer<Float>
    /// Straight from the projection, `[tokens, kvHeads, headDim]`. The cache may overwrite them.
    public var keys: UnsafeMutablePointer<Float>
    /// Straight from the projection, `[tokens, kvHeads, headDim]`.
    public var values: UnsafePointer<Float>
    /// Where the result goes, `[tokens, heads, headDim]`.
    public var output: UnsafeMutablePointer<Float>

    /// A chunk by its parts; see the properties.
    package init(
        layer: Int, firstPosition: Int, tokens: Int, queries: UnsafeMutablePointer<Float>,
        keys: UnsafeMutablePointer<Float>, values: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        self.layer = layer
        self.firstPosition = firstPosition
        self.tokens = tokens
        self.queries = queries
        self.keys = keys
        self.values = values
        self.output = output
    }
}
