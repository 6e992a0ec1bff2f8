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

    /// Attention for `count` queries; see the properties.
    public init(queries: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, stride: Int, count: Int) {
        self.queries = queries
        self.output = output
        self.stride = stride
        self.count = count
    }

    /// Every query over all slots. The query heads of a group so read their keys and values once.
    public func attendAll(_ slots: SlotBuffer, worker: Worker) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { visible in
            visible.initialize(repeating: slots.count)
            attend(slots, visible: UnsafePointer(visible.baseAddress!), partial: nil, worker)
        }
    }

    /// Query i over the first `visible[i]` slots, and, where `partial` is given, over slot i of `partial` behind them.
    /// A query's result has the same bits whatever other queries there are, and whether its last slot is one of `slots`
    /// or of `partial`.
    /// - Parameters:
    ///   - visible: `[count]`, rising.
    ///   - partial: one more key and value for each query, `[count, headDim]` each: DMC's open segment as it stood then.
    public func attend(_ slots: SlotBuffer, visible: [Int], partial: SlotBuffer? = nil, worker: Worker) {
        precondition(visible.count == count, "every query sees some slots")
        visible.withUnsafeBufferPointer { attend(slots, visible: $0.baseAddress!, partial: partial, worker) }
    }

    /// The probabilities with which query `query` takes the first `visible` slots: `seen` is given `[visible]` of them,
    /// valid during the call.
    public func probabilities(
        of query: Int, _ slots: SlotBuffer, visible: Int, worker: Worker, seen: (UnsafeBufferPointer<Float>) -> Void
    ) {
        let dim = slots.headDim
        let scores = worker.scratch(visible)
        KernelSet.selected.dot_rows_f32(
            slots.keys, visible, dim, dim, queries + query * stride, dim, 1, scores, visible)
        KernelSet.selected.softmax(scores, visible, 1 / Float(dim).squareRoot())
        seen(UnsafeBufferPointer(start: scores, count: visible))
    }

    private func attend(_ slots: SlotBuffer, visible: UnsafePointer<Int>, partial: SlotBuffer?, _ worker: Worker) {
        let dim = slots.headDim
        for first in Swift.stride(from: 0, to: count, by: Self.queryBlock) {
            let rows = min(Self.queryBlock, count - first)
            let scratch = worker.scratch(rows * (dim + Int(HR_SLOT_BLOCK) + 4))
            let packed = packed(first..<first + rows, dim, in: scratch)
            var block = hr_attention(
                queries: packed, out: output + first * stride, stride: stride, count: rows,
                width: dim, keys: slots.keys, values: slots.values, visible: visible + first,
                partial_keys: partial.map { UnsafePointer($0.keys + first * dim) },
                partial_values: partial.map { UnsafePointer($0.values + first * dim) },
                scale: 1 / Float(dim).squareRoot(), scratch: scratch + rows * dim)
            KernelSet.selected.attend(&block)
        }
    }

    /// Some queries one behind the other, put together in `scratch` where they are not: often a power of two apart, they
    /// would compete for the same few lines of the cache.
    private func packed(
        _ rows: Range<Int>, _ dim: Int, in scratch: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        guard stride != dim else { return queries + rows.lowerBound * stride }
        for (place, row) in rows.enumerated() {
            (scratch + place * dim).update(from: queries + row * stride, count: dim)
        }
        return UnsafePointer(scratch)
    }
}
