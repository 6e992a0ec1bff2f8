import CKernels
import COpenBLAS

/// Attention of one query head over the slots of its KV head: `softmax(q · Kᵀ / sqrt(D)) · V`.
public struct SlotAttention {
    /// The rotated queries, `[tokens, …]`, `headDim` channels every `stride` floats.
    public var queries: UnsafePointer<Float>
    /// Where the result goes, laid out as `queries`.
    public var output: UnsafeMutablePointer<Float>
    /// Floats from one token's query (and result) to the next.
    public var stride: Int
    /// Queries.
    public var tokens: Int

    /// Queries that share a block of scores.
    private static let block = 64

    /// Attention for `tokens` queries; see the properties.
    public init(queries: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, stride: Int, tokens: Int) {
        self.queries = queries
        self.output = output
        self.stride = stride
        self.tokens = tokens
    }

    /// One query over all slots. `seen` is given its probabilities, `[slots]`, valid during the call.
    public func attendOne(
        _ slots: SlotBuffer, worker: Worker, seen: (UnsafeBufferPointer<Float>) -> Void = { _ in }
    ) {
        let dim = slots.headDim
        let scores = worker.scratch(slots.count)
        KernelSet.selected.dot_rows_f32(slots.keys, slots.count, dim, dim, queries, dim, 1, scores, slots.count)
        KernelSet.selected.softmax(scores, slots.count, 1 / Float(dim).squareRoot())
        KernelSet.selected.weighted_sum(scores, slots.values, slots.count, dim, output)
        seen(UnsafeBufferPointer(start: scores, count: slots.count))
    }

    /// Query i over the first `visible[i]` slots, and, where `partial` is given, over slot i of `partial` beside them.
    /// - Parameters:
    ///   - visible: `[tokens]`, rising.
    ///   - partial: one more key and value for each query, `[tokens, headDim]` each: DMC's open segment as it stood then.
    ///   - seen: is given each query's probabilities over the slots it sees, in order, valid during the call.
    public func attend(
        _ slots: SlotBuffer, visible: UnsafePointer<Int>, partial: SlotBuffer? = nil, worker: Worker,
        seen: (_ token: Int, _ probabilities: UnsafeBufferPointer<Float>) -> Void = { _, _ in }
    ) {
        let limit = visible[tokens - 1]
        let width = limit + 1
        let scores = worker.scratch(min(tokens, Self.block) * width)
        for start in Swift.stride(from: 0, to: tokens, by: Self.block) {
            let rows = start..<min(start + Self.block, tokens)
            let columns = visible[rows.upperBound - 1]
            score(slots, rows, columns, into: scores, width: width)
            normalise(slots.headDim, rows, columns, visible, partial, scores, width: width)
            for token in rows {
                let row = scores + (token - rows.lowerBound) * width
                seen(token, UnsafeBufferPointer(start: row, count: visible[token]))
            }
            sum(slots, rows, columns, scores, width: width)
            if let partial { addPartial(partial, rows, scores, width: width) }
        }
    }

    /// Scores of the block `rows` against `columns` slots.
    private func score(
        _ slots: SlotBuffer, _ rows: Range<Int>, _ columns: Int, into scores: UnsafeMutablePointer<Float>, width: Int
    ) {
        guard columns > 0 else { return }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows.count), blasint(columns), blasint(slots.headDim),
            1, queries + rows.lowerBound * stride, blasint(stride), slots.keys, blasint(slots.headDim),
            0, scores, blasint(width))
    }

    /// Softmax over what each query sees. The share of its partial slot ends in the row's last place, and what it does
    /// not see gets 0.
    private func normalise(
        _ dim: Int, _ rows: Range<Int>, _ columns: Int, _ visible: UnsafePointer<Int>, _ partial: SlotBuffer?,
        _ scores: UnsafeMutablePointer<Float>, width: Int
    ) {
        let scale = 1 / Float(dim).squareRoot()
        for token in rows {
            let row = scores + (token - rows.lowerBound) * width
            let seen = visible[token]
            var own: Float = 0
            if let partial {
                let key = partial.keys + token * dim
                KernelSet.selected.dot_rows_f32(key, 1, dim, dim, queries + token * stride, dim, 1, row + seen, 1)
                KernelSet.selected.softmax(row, seen + 1, scale)
                own = row[seen]
            } else {
                KernelSet.selected.softmax(row, seen, scale)
            }
            if seen < columns { (row + seen).update(repeating: 0, count: columns - seen) }
            row[width - 1] = own
        }
    }

    private func sum(
        _ slots: SlotBuffer, _ rows: Range<Int>, _ columns: Int, _ scores: UnsafePointer<Float>, width: Int
    ) {
        let dim = slots.headDim
        guard columns > 0 else {
            for token in rows { (output + token * stride).update(repeating: 0, count: dim) }
            return
        }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows.count), blasint(dim), blasint(columns),
            1, scores, blasint(width), slots.values, blasint(dim),
            0, output + rows.lowerBound * stride, blasint(stride))
    }

    private func addPartial(_ partial: SlotBuffer, _ rows: Range<Int>, _ scores: UnsafePointer<Float>, width: Int) {
        for token in rows {
            let share = scores[(token - rows.lowerBound) * width + width - 1]
            let value = partial.values + token * partial.headDim
            let out = output + token * stride
            for channel in 0..<partial.headDim { out[channel] += share * value[channel] }
        }
    }
}
