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

    /// Leaves the last layer's output in `scratch.hidden`.
    func run(_ tokens: [Int]) {
        let rows = tokens.count
        for (row, token) in tokens.enumerated() {
            model.embedding.copyRow(token, to: scratch.hidden + row * model.configuration.hiddenSize)
        }
        for (index, layer) in model.layers.enumerated() {
            norm(scratch.hidden, layer.attentionNorm, rows)
            multiply(scratch.normed, layer.query, rows, into: scratch.queries)
            multiply(scratch.normed, layer.key, rows, into: scratch.keys)
            multiply(scratch.normed, layer.value, rows, into: scratch.values)
            if let biases = layer.biases {
                addBias(biases.query, toRows: scratch.queries, rows)
                addBias(biases.key, toRows: scratch.keys, rows)
                addBias(biases.value, toRows: scratch.values, rows)
            }
            attend(layer: index, rows)
            multiply(scratch.attended, layer.attentionOutput, rows, into: scratch.update)
            if let biases = layer.biases { addBias(biases.output, toRows: scratch.update, rows) }
            add(scratch.update, to: scratch.hidden, count: rows * model.configuration.hiddenSize)

            norm(scratch.hidden, layer.mlpNorm, rows)
            multiply(scratch.normed, layer.gate, rows, into: scratch.gate)
            multiply(scratch.normed, layer.up, rows, into: scratch.up)
            activate(rows)
            multiply(scratch.gate, layer.down, rows, into: scratch.update)
            add(scratch.update, to: scratch.hidden, count: rows * model.configuration.hiddenSize)
        }
    }

    /// Logits of `count` rows from row `first` on, into `scratch.logits`.
    func logits(from first: Int, count: Int) {
        norm(scratch.hidden + first * model.configuration.hiddenSize, model.finalNorm, count)
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

    private func addBias(_ bias: [Float], toRows out: UnsafeMutablePointer<Float>, _ rows: Int) {
        for row in 0..<rows { add(bias, to: out + row * bias.count, count: bias.count) }
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
            sequences[0].cache.attend(chunk(layer, of: sequences[0], row: 0, rows), workers: .pool(pool))
            return
        }
        pool.forEach(sequences.count) { row, worker in
            sequences[row].cache.attend(chunk(layer, of: sequences[row], row: row, 1), workers: .one(worker))
        }
    }

    private func chunk(_ layer: Int, of sequence: DecodingSequence, row: Int, _ tokens: Int) -> AttentionChunk {
        let shape = model.configuration
        let (queryWidth, keyWidth) = (shape.heads * shape.headDim, shape.kvHeads * shape.headDim)
        return AttentionChunk(
            layer: layer, firstPosition: sequence.position, tokens: tokens,
            queries: scratch.queries + row * queryWidth, keys: scratch.keys + row * keyWidth,
            values: scratch.values + row * keyWidth, output: scratch.attended + row * queryWidth)
    }
}
