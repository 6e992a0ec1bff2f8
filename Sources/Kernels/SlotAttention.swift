import CKernels

/// Attention of queries over the slots of their KV head: `softmax(q · Kᵀ / sqrt(D)) · V`.
public struct SlotAttention {
    /// The rotated queries, `headDim` channels every `stride` floats.
    public var queries: UnsafePointer<Float>
    /// Where the result goes, laid out as `queries`.
    public var output: UnsafeMutablePointer<Float>
    /// Floats from one query (and result) to the next.
    public var stride: Int
    /// How many queries.
    public var count: Int

    /// Queries that are computed at once.
    private static let queryBlock = 64
    /// Slots that they read at a time: their keys and values stay in the first-level cache meanwhile.
    private static let slotBlock = 64

    /// Attention for `count` queries; see the properties.
    public init(queries: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, stride: Int, count: Int) {
        self.queries = queries
        self.output = output
        self.stride = stride
        self.count = count
    }

    /// Every query over all slots. The query heads of a group so read their keys and values once.
    public func attendAll(_ slots: SlotBuffer, worker: Worker) {
        attend(slots, visible: Array(repeating: slots.count, count: count), worker: worker)
    }

    /// Query i over the first `visible[i]` slots, and, where `partial` is given, over slot i of `partial` behind them.
    /// Slots are taken in blocks and in one pass: the softmax is corrected as larger scores come (Milakov and
    /// Gimelshein, 2018). A query's result has the same bits whatever other queries there are, and whether its last slot
    /// is one of `slots` or of `partial`.
    /// - Parameters:
    ///   - visible: `[count]`, rising.
    ///   - partial: one more key and value for each query, `[count, headDim]` each: DMC's open segment as it stood then.
    public func attend(_ slots: SlotBuffer, visible: [Int], partial: SlotBuffer? = nil, worker: Worker) {
        for first in Swift.stride(from: 0, to: count, by: Self.queryBlock) {
            let rows = first..<min(first + Self.queryBlock, count)
            let state = OnlineSoftmax(rows.count, width: Self.slotBlock, worker)
            let limit = visible[rows.upperBound - 1] + (partial == nil ? 0 : 1)
            for slot in Swift.stride(from: 0, to: limit, by: Self.slotBlock) {
                let columns = max(0, min(Self.slotBlock, visible[rows.upperBound - 1] - slot))
                score(slots, slot, columns, rows, state)
                for (row, query) in rows.enumerated() {
                    weigh(row, query, visible[query] - slot, columns, partial, slots.headDim, state)
                }
                KernelSet.selected.weighted_sums(
                    state.scores, Self.slotBlock, rows.count, slots.values + slot * slots.headDim, columns,
                    slots.headDim, state.keep, output + first * stride, stride)
                guard let partial else { continue }
                for (row, query) in rows.enumerated() where 0..<Self.slotBlock ~= visible[query] - slot {
                    addPartial(partial, query, state.shares + row)
                }
            }
            for (row, query) in rows.enumerated() {
                let out = output + query * stride
                let sum = state.sums[row]
                for channel in 0..<slots.headDim { out[channel] /= sum }
            }
        }
    }

    /// One query over the first `visible` slots: the bits of `attend`. `seen` is given its probabilities, `[visible]`,
    /// valid during the call.
    public func attendOne(
        _ slots: SlotBuffer, visible: Int, worker: Worker, seen: (UnsafeBufferPointer<Float>) -> Void
    ) {
        attend(slots, visible: [visible], worker: worker)
        let dim = slots.headDim
        let scores = worker.scratch(visible)
        KernelSet.selected.dot_rows_f32(slots.keys, visible, dim, dim, queries, dim, 1, scores, visible)
        KernelSet.selected.softmax(scores, visible, 1 / Float(dim).squareRoot())
        seen(UnsafeBufferPointer(start: scores, count: visible))
    }

    private func score(_ slots: SlotBuffer, _ first: Int, _ columns: Int, _ rows: Range<Int>, _ state: OnlineSoftmax) {
        let dim = slots.headDim
        KernelSet.selected.dot_rows_f32(
            slots.keys + first * dim, columns, dim, dim, queries + rows.lowerBound * stride, stride, rows.count,
            state.scores, Self.slotBlock)
    }

    /// Turns a row of scores into shares. `visible` counts from the block's first slot on; what is not seen gets 0.
    private func weigh(
        _ row: Int, _ query: Int, _ visible: Int, _ columns: Int, _ partial: SlotBuffer?, _ dim: Int,
        _ state: OnlineSoftmax
    ) {
        let scores = state.scores + row * Self.slotBlock
        let closed = max(0, min(visible, columns))
        var seen = closed
        if let partial, 0..<Self.slotBlock ~= visible {
            let key = partial.keys + query * dim
            KernelSet.selected.dot_rows_f32(key, 1, dim, dim, queries + query * stride, dim, 1, scores + seen, 1)
            seen += 1
        }
        state.keep[row] = 1
        if seen > 0 {
            state.keep[row] = KernelSet.selected.softmax_step(
                scores, seen, 1 / Float(dim).squareRoot(), state.largest + row, state.sums + row)
        }
        if seen > closed { state.shares[row] = scores[closed] }
        if closed < columns { (scores + closed).update(repeating: 0, count: columns - closed) }
    }

    private func addPartial(_ partial: SlotBuffer, _ query: Int, _ share: UnsafePointer<Float>) {
        let dim = partial.headDim
        var keep: Float = 1
        KernelSet.selected.weighted_sums(
            share, 1, 1, partial.values + query * dim, 1, dim, &keep, output + query * stride, dim)
    }
}

/// What a block of queries knows of the slots it has read, in a worker's memory.
private struct OnlineSoftmax {
    /// Scores of the block of slots at hand, then shares: `[queries, width]`.
    let scores: UnsafeMutablePointer<Float>
    /// The largest score so far, and the sum of the shares relative to it: `[queries]`.
    let largest: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    /// By what the last block has shrunk everything before it.
    let keep: UnsafeMutablePointer<Float>
    /// Shares of partial slots.
    let shares: UnsafeMutablePointer<Float>

    init(_ queries: Int, width: Int, _ worker: Worker) {
        scores = worker.scratch(queries * (width + 4))
        largest = scores + queries * width
        sums = largest + queries
        keep = sums + queries
        shares = keep + queries
        largest.update(repeating: -.infinity, count: queries)
        sums.update(repeating: 0, count: queries)
    }
}
