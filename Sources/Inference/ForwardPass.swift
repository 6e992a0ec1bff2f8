import Kernels

/// One pass of tokens through a Llama (Touvron et al., 2023), layer by layer. Rows are either a chunk of one sequence's
/// tokens, or one token of each of several sequences.
struct ForwardPass {
    let model: LlamaModel
    let scratch: Scratch
    let pool: WorkerPool
    let sequences: [DecodingSequence]
    /// Position of each sequence's first token.
    let positions: [Int]
    /// The tokens of all rows.
    let tokens: [Int]
    /// The residual stream, `[rows, hidden]`.
    let hidden: UnsafeMutablePointer<Float>

    /// Begins the residual stream.
    func embed() {
        for (row, token) in tokens.enumerated() {
            model.embedding.copyRow(token, to: hidden + row * model.configuration.hiddenSize)
        }
    }

    /// Takes the residual stream through one layer.
    func run(layer index: Int) {
        let (layer, shape, rows) = (model.layers[index], model.configuration, tokens.count)
        takeNorm(hidden, layer.attentionNorm, rows, for: [layer.query, layer.key, layer.value])
        multiply([(layer.query, scratch.queries), (layer.key, scratch.keys), (layer.value, scratch.values)])
        if let biases = layer.biases {
            addBias(biases.query, toRows: scratch.queries, rows)
            addBias(biases.key, toRows: scratch.keys, rows)
            addBias(biases.value, toRows: scratch.values, rows)
        }
        attend(layer: index, rows)
        take(scratch.attended, rows, columns: shape.heads * shape.headDim, for: [layer.attentionOutput])
        multiply([(layer.attentionOutput, scratch.update)])
        if let biases = layer.biases { addBias(biases.output, toRows: scratch.update, rows) }

        takeNorm(hidden, adding: scratch.update, layer.mlpNorm, rows, for: [layer.gate, layer.up])
        multiply([(layer.gate, scratch.gate), (layer.up, scratch.up)])
        let width = shape.intermediateSize
        take(scratch.gate, rows, columns: width, for: [layer.down]) { row in
            swiGLU(scratch.gate + row * width, up: scratch.up + row * width, count: width)
        }
        multiply([(layer.down, scratch.update)])
        add(scratch.update, to: hidden, count: rows * shape.hiddenSize)
    }

    /// Logits of `count` rows from row `first` on, into `scratch.logits`.
    func logits(from first: Int, count: Int) {
        takeNorm(hidden + first * model.configuration.hiddenSize, model.finalNorm, count, for: [model.output])
        multiply([(model.output, scratch.logits)])
    }

    /// Makes the norm of `hidden` the next input. Where there is an update, `hidden` takes it first.
    private func takeNorm(
        _ hidden: UnsafeMutablePointer<Float>, adding update: UnsafePointer<Float>? = nil, _ gain: [Float],
        _ rows: Int, for matrices: [WeightMatrix]
    ) {
        let epsilon = Float(model.configuration.normEpsilon)
        take(scratch.normed, rows, columns: gain.count, for: matrices) { row in
            let start = row * gain.count
            if let update { add(update + start, to: hidden + start, count: gain.count) }
            rmsNorm(hidden + start, gain: gain, epsilon: epsilon, into: scratch.normed + start)
        }
    }

    private func take(
        _ numbers: UnsafeMutablePointer<Float>, _ rows: Int, columns: Int, for matrices: [WeightMatrix],
        finish: (_ row: Int) -> Void = { _ in }
    ) {
        scratch.input.take(
            numbers, tokens: rows, columns: columns, for: matrices, workers: .pool(pool), finish: finish)
    }

    private func addBias(_ bias: [Float], toRows out: UnsafeMutablePointer<Float>, _ rows: Int) {
        for row in 0..<rows { add(bias, to: out + row * bias.count, count: bias.count) }
    }

    private func multiply(_ products: [WeightMatrix.Product]) {
        WeightMatrix.multiply(scratch.input, products, workers: .pool(pool))
    }

    /// One sequence shares its heads among the threads; several are shared among them whole.
    private func attend(layer: Int, _ rows: Int) {
        guard sequences.count > 1 else {
            sequences[0].cache.attend(chunk(layer, row: 0, rows), workers: .pool(pool))
            return
        }
        pool.forEach(sequences.count) { row, worker in
            sequences[row].cache.attend(chunk(layer, row: row, 1), workers: .one(worker))
        }
    }

    private func chunk(_ layer: Int, row: Int, _ tokens: Int) -> AttentionChunk {
        let shape = model.configuration
        let (queryWidth, keyWidth) = (shape.heads * shape.headDim, shape.kvHeads * shape.headDim)
        return AttentionChunk(
            layer: layer, firstPosition: positions[row], tokens: tokens,
            queries: scratch.queries + row * queryWidth, keys: scratch.keys + row * keyWidth,
            values: scratch.values + row * keyWidth, output: scratch.attended + row * queryWidth)
    }
}
