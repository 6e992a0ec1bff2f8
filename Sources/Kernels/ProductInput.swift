import CKernels

/// Activations on their way into products, `[tokens, columns]`: as they are, or rounded to bfloat16.
public final class ProductInput {
    /// Whether numbers are rounded to bfloat16 before a product. Its sums are float32 in any case.
    public let isRounded: Bool

    private(set) var tokens = 0
    /// Singles, where they came from; rounded ones are bfloat16 numbers, widened.
    private(set) var singles: UnsafePointer<Float>?
    /// bfloat16 numbers, `narrowStride` from one token to the next; there where a matrix asked for them.
    private(set) var narrow: UnsafeMutablePointer<UInt16>?
    private(set) var narrowStride = 0
    private var capacity = 0

    /// Tokens that one thread makes ready at a time.
    private static let block = 4

    /// Numbers between two tokens' bfloat16 numbers. Columns are often a power of two, and the tokens of a block would
    /// then compete for the same few lines of the first-level cache.
    private static let gap = 32

    /// An input that rounds, or does not.
    public init(isRounded: Bool) { self.isRounded = isRounded }

    deinit { narrow?.deallocate() }

    /// Takes `numbers`, `[tokens, columns]`, for products with `matrices`. They are to stay as they are until those are
    /// done; where numbers are rounded, they may be overwritten by what they are rounded to.
    /// - Parameter finish: computes a token's numbers, before anything is made of them.
    public func take(
        _ numbers: UnsafeMutablePointer<Float>, tokens: Int, columns: Int, for matrices: [WeightMatrix],
        workers: Workforce, finish: (_ token: Int) -> Void = { _ in }
    ) {
        let hasNarrow = matrices.contains { $0.readsNarrow(self) }
        let hasSingles = matrices.contains { !$0.readsNarrow(self) }
        narrowStride = columns + Self.gap
        if isRounded { reserve(tokens * narrowStride) }
        workers.forEach((tokens + Self.block - 1) / Self.block) { index, _ in
            for token in index * Self.block..<min((index + 1) * Self.block, tokens) {
                finish(token)
                guard let narrow else { continue }
                let (singles, rounded) = (numbers + token * columns, narrow + token * narrowStride)
                KernelSet.selected.narrow_bf16(singles, columns, rounded)
                if hasSingles { KernelSet.selected.widen_bf16(rounded, columns, singles) }
            }
        }
        self.tokens = tokens
        singles = hasSingles || !hasNarrow ? UnsafePointer(numbers) : nil
    }

    private func reserve(_ count: Int) {
        guard count > capacity else { return }
        narrow?.deallocate()
        capacity = max(count, 2 * capacity)
        narrow = .allocate(capacity: capacity)
    }
}
