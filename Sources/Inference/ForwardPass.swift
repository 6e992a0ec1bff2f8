import Kernels

/// One pass of tokens through a Llama (Touvron et al., 2023), layer by layer. Rows are either a chunk of one sequence's
/// tokens, or one token of each of several sequences.
struct ForwardPass {
    /// How products are computed: the two differ in rounding, and each is the same whatever else is computed beside it.
    enum Product {
        /// A chunk of one prompt.
        case prompt
        /// One token of each sequence.
        case batch
    }

    let model: LlamaModel
    let scratch: Scratch
    let pool: WorkerPool
    let product: Product
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
        let (layer, rows) = (model.layers[index], tokens.count)
        norm(hidden, layer.attentionNorm, rows)
        multiply(scratch.normed, layer.query, rows, into: scratch.queries)
        multiply(scratch.normed, layer.key, rows, into: scratch.keys)
        multiply(scratch.normed, layer.value, rows, into: scratch.values)
        attend(layer: index, rows)
        multiply(scratch.attended, layer.attentionOutput, rows, into: scratch.update)
        add(scratch.update, to: hidden, count: rows * model.configuration.hiddenSize)

        norm(hidden, layer.mlpNorm, rows)
        multiply(scratch.normed, layer.gate, rows, into: scratch.gate)
        multiply(scratch.normed, layer.up, rows, into: scratch.up)
        activate(rows)
        multiply(scratch.gate, layer.down, rows, into: scratch.update)
        add(scratch.update, to: hidden, count: rows * model.configuration.hiddenSize)
    }

    /// Logits of `count` rows from row `first` on, into `scratch.logits`.
    func logits(from first: Int, count: Int) {
        norm(hidden + first * model.configuration.hiddenSize, model.finalNorm, count)
        multiply(scratch.normed, model.output, count, into: scratch.logits)
    }

    private func norm(_ input: UnsafePointer<Float>, _ gain: [Float], _ rows: Int) {
        eachRow(rows) { row in
            let start = row * gain.count
            rmsNorm(
                input + start, gain: gain, epsilon: Float(model.configuration.normEpsilon), into: scratch.normed + start
            )
        }
    }

    /// Row by row, so that no row's rounding depends on where it stands among others.
    private func activate(_ rows: Int) {
        let width = model.configuration.intermediateSize
        eachRow(rows) { swiGLU(scratch.gate + $0 * width, up: scratch.up + $0 * width, count: width) }
    }

    /// Runs `body` for every row; shared among the threads where there are enough to be worth it.
    private func eachRow(_ rows: Int, _ body: (Int) -> Void) {
        let block = 16
        pool.forEach((rows + block - 1) / block) { index, _ in
            for row in index * block..<min((index + 1) * block, rows) { body(row) }
        }
    }

    private func multiply(
        _ input: UnsafePointer<Float>, _ weights: WeightMatrix, _ rows: Int, into out: UnsafeMutablePointer<Float>
    ) {
        switch product {
        case .prompt: weights.multiply(prompt: input, tokens: rows, into: out, workers: .pool(pool))
        case .batch: weights.multiply(batch: input, tokens: rows, into: out, workers: .pool(pool))
        }
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
