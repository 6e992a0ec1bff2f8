/// What an eviction policy dropped of one sequence: for every head, in order of time, after which token it dropped which.
public struct EvictionLog: Equatable, Sendable {
    /// One drop.
    public struct Drop: Hashable, Sendable {
        /// Position of the token after which it was dropped.
        public var token: Int
        /// Position of the token that was dropped; at most `token`.
        public var position: Int

        /// A drop by its parts.
        public init(token: Int, position: Int) {
            self.token = token
            self.position = position
        }
    }

    /// Layers of the model.
    public let layers: Int
    /// KV heads a layer.
    public let kvHeads: Int
    /// Drops of each head, `[layers * kvHeads]`, tokens never falling.
    private var drops: [[Drop]]

    /// Nothing dropped yet.
    public init(layers: Int, kvHeads: Int) {
        self.layers = layers
        self.kvHeads = kvHeads
        drops = Array(repeating: [], count: layers * kvHeads)
    }

    /// The drops of one head.
    public subscript(layer: Int, kvHead: Int) -> [Drop] {
        get { drops[layer * kvHeads + kvHead] }
        set { drops[layer * kvHeads + kvHead] = newValue }
    }

    /// Drops of all heads.
    public var count: Int { drops.reduce(0) { $0 + $1.count } }

    /// How many tokens a head has dropped after its first `tokens` tokens.
    public func dropped(layer: Int, kvHead: Int, after tokens: Int) -> Int {
        let list = self[layer, kvHead]
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle].token < tokens { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Every drop as token, layer, KV head and position, in the order of tokens, then of layers, heads, and of time.
    public var events: [[Int]] {
        let all = (0..<layers * kvHeads).flatMap { head in
            drops[head].enumerated().map { (key: [$1.token, head, $0], position: $1.position) }
        }
        return all.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { [$0.key[0], $0.key[1] / kvHeads, $0.key[1] % kvHeads, $0.position] }
    }
}
