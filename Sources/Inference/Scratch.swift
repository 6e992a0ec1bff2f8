import Descriptions
import Kernels

/// The activations of one pass, for as many rows (tokens) as it was made for.
final class Scratch {
    let rows: Int
    /// The norm of the residual stream, and what a block adds to it, `[rows, hidden]`.
    let normed: UnsafeMutablePointer<Float>
    let update: UnsafeMutablePointer<Float>
    /// `[rows, heads, headDim]`.
    let queries: UnsafeMutablePointer<Float>
    let attended: UnsafeMutablePointer<Float>
    /// `[rows, kvHeads, headDim]`.
    let keys: UnsafeMutablePointer<Float>
    let values: UnsafeMutablePointer<Float>
    /// `[rows, intermediate]`.
    let gate: UnsafeMutablePointer<Float>
    let up: UnsafeMutablePointer<Float>
    /// `[rows, vocabulary]`.
    let logits: UnsafeMutablePointer<Float>
    /// What the next products take.
    let input: ProductInput
    private let memory: UnsafeMutablePointer<Float>

    init(_ model: ModelConfiguration, rows: Int, arithmetic: ArithmeticMode) {
        self.rows = rows
        input = ProductInput(isRounded: arithmetic == .bfloat16)
        let queryWidth = model.heads * model.headDim
        let keyWidth = model.kvHeads * model.headDim
        let widths = [
            model.hiddenSize, model.hiddenSize, queryWidth, queryWidth, keyWidth, keyWidth,
            model.intermediateSize, model.intermediateSize, model.vocabularySize,
        ]
        // Rows begin with a line of the cache, where they are whole lines long.
        let count = rows * widths.reduce(0, +)
        memory = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
            .bindMemory(to: Float.self, capacity: count)
        var next = memory
        let parts = widths.map { width in
            defer { next += rows * width }
            return next
        }
        (normed, update) = (parts[0], parts[1])
        (queries, attended, keys, values) = (parts[2], parts[3], parts[4], parts[5])
        (gate, up, logits) = (parts[6], parts[7], parts[8])
    }

    deinit { memory.deallocate() }
}
