/// The append/merge decisions of one sequence: a bit a token for every head, 1 for merge.
/// Bit t of a head is bit `t % 64` of its word `t / 64`; a head's last word is padded with zeros.
public struct DecisionBits: Equatable, Sendable {
    /// Layers of the model.
    public let layers: Int
    /// KV heads a layer.
    public let kvHeads: Int
    /// Tokens decided on.
    public let tokens: Int
    /// All words, `[layers, kvHeads, wordsPerHead]`.
    public private(set) var words: [UInt64]

    /// All append.
    public init(layers: Int, kvHeads: Int, tokens: Int) {
        self.init(
            layers: layers, kvHeads: kvHeads, tokens: tokens,
            words: Array(repeating: 0, count: layers * kvHeads * Self.words(tokens: tokens)))
    }

    /// From words as `words` has them.
    /// - Precondition: their count fits the shape.
    public init(layers: Int, kvHeads: Int, tokens: Int, words: [UInt64]) {
        precondition(words.count == layers * kvHeads * Self.words(tokens: tokens), "words must fit the shape")
        self.layers = layers
        self.kvHeads = kvHeads
        self.tokens = tokens
        self.words = words
    }

    /// Words that hold the bits of `tokens` tokens of one head.
    public static func words(tokens: Int) -> Int { (tokens + 63) / 64 }

    /// Words of one head.
    public var wordsPerHead: Int { Self.words(tokens: tokens) }

    /// Whether a head merged token `position`.
    public subscript(layer: Int, kvHead: Int, position: Int) -> Bool {
        get {
            precondition(position < tokens, "a position within the sequence")
            return words[base(layer, kvHead) + position / 64] >> UInt64(position % 64) & 1 == 1
        }
        set {
            precondition(position < tokens, "a position within the sequence")
            let mask: UInt64 = 1 << UInt64(position % 64)
            if newValue {
                words[base(layer, kvHead) + position / 64] |= mask
            } else {
                words[base(layer, kvHead) + position / 64] &= ~mask
            }
        }
    }

    /// Slots a head holds after its first `count` tokens: the tokens it did not merge.
    public func slots(layer: Int, kvHead: Int, after count: Int) -> Int {
        precondition(count <= tokens, "a count within the sequence")
        let start = base(layer, kvHead)
        var merged = 0
        for word in 0..<count / 64 { merged += words[start + word].nonzeroBitCount }
        let rest = count % 64
        if rest != 0 { merged += (words[start + count / 64] & (1 << UInt64(rest) - 1)).nonzeroBitCount }
        return count - merged
    }

    /// Slots every head holds at the end, `[layers][kvHeads]`.
    public var finalSlots: [[Int]] {
        (0..<layers).map { layer in (0..<kvHeads).map { slots(layer: layer, kvHead: $0, after: tokens) } }
    }

    private func base(_ layer: Int, _ kvHead: Int) -> Int { (layer * kvHeads + kvHead) * wordsPerHead }
}
