import CKernels

/// Activations on their way into products, `[tokens, columns]`: as they are, or rounded to bfloat16.
public final class ProductInput {
    /// Whether numbers are rounded to bfloat16 before a product. Its sums are float32 in any case.
    public let isRounded: Bool

    private(set) var tokens = 0
    /// Numbers from one token to the next.
    private(set) var stride = 0
    private let singles = AlignedMemory<Float>()
    private let narrow = AlignedMemory<UInt16>()
    /// Whether the numbers that were taken last are there as singles.
    private var hasSingles = false

    /// Tokens that one thread makes ready at a time.
    private static let block = 4

    /// Rows are a multiple of it long, so that each begins with a line of the cache in either width, and have as much
    /// between them: columns are often a power of two, and the tokens of a block would then compete for the same few
    /// lines of the first-level cache.
    private static let gap = 32

    /// An input that rounds, or does not.
    public init(isRounded: Bool) { self.isRounded = isRounded }

    /// Takes `numbers`, `[tokens, columns]`, for products with `matrices`.
    /// - Parameter finish: computes a token's numbers, before anything is made of them.
    public func take(
        _ numbers: UnsafePointer<Float>, tokens: Int, columns: Int, for matrices: [WeightMatrix], workers: Workforce,
        finish: (_ token: Int) -> Void = { _ in }
    ) {
        hasSingles = matrices.contains { !$0.readsNarrow(self) }
        self.tokens = tokens
        stride = (columns + Self.gap - 1) / Self.gap * Self.gap + Self.gap
        if hasSingles { _ = singles.room(tokens * stride) }
        if isRounded { _ = narrow.room(tokens * stride) }
        workers.forEach((tokens + Self.block - 1) / Self.block) { index, _ in
            for token in index * Self.block..<min((index + 1) * Self.block, tokens) {
                finish(token)
                copy(numbers + token * columns, count: columns, to: token * stride)
            }
        }
    }

    /// The tokens' singles. Rounded ones are bfloat16 numbers, widened. Only a matrix that they were taken for may read
    /// them.
    var floats: UnsafePointer<Float> {
        precondition(hasSingles, "an input is taken for the matrices that it is multiplied with")
        return UnsafePointer(singles.numbers)
    }

    /// The tokens' bfloat16 numbers, where numbers are rounded.
    var bfloats: UnsafePointer<UInt16> { UnsafePointer(narrow.numbers) }

    /// Writes a token's numbers to `place` in each width that is asked for.
    private func copy(_ numbers: UnsafePointer<Float>, count: Int, to place: Int) {
        guard isRounded else {
            if hasSingles { (singles.numbers + place).update(from: numbers, count: count) }
            return
        }
        let rounded = narrow.numbers + place
        KernelSet.selected.narrow_bf16(numbers, count, rounded)
        if hasSingles { KernelSet.selected.widen_bf16(rounded, count, singles.numbers + place) }
    }
}
