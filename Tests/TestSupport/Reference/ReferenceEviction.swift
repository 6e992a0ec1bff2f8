import Descriptions

/// What an eviction policy does to a sequence, from its published rule (H2O: Zhang et al., 2023; TOVA: Oren et al., 2024;
/// StreamingLLM: Xiao et al., 2023), in double precision, one token after another.
package struct ReferenceEviction {
    /// A token that a head dropped.
    package struct Drop: Hashable {
        /// Position of the token after which it went.
        package let token: Int
        /// The layer, from 0.
        package let layer: Int
        /// The KV head, from 0.
        package let kvHead: Int
        /// Position of the token that went.
        package let position: Int

        /// A drop by its parts.
        package init(token: Int, layer: Int, kvHead: Int, position: Int) {
            self.token = token
            self.layer = layer
            self.kvHead = kvHead
            self.position = position
        }
    }

    /// Logits behind each token, `[tokens][vocabulary]`.
    package let logits: [[Double]]
    /// Every drop.
    package let drops: Set<Drop>
    /// Slots at the end, `[layers][kvHeads]`.
    package let slots: [[Int]]
    /// The least distance there ever was between the score of what went and of what stayed, relative to the latter.
    package let leastMargin: Double

    /// Feeds `tokens`, of which the first `promptTokens` are the prompt, to an empty cache; shares are taken of all.
    package init(_ model: RandomModel, _ tokens: [Int], _ policy: CachePolicy, promptTokens: Int) {
        let shape = model.configuration
        let rule = ReferencePolicy(policy, promptTokens: promptTokens, tokens: tokens.count)
        let rotation = PlainRotation(positions: tokens.count, headDim: shape.headDim, base: shape.ropeTheta)
        var layers = (0..<shape.layers).map { _ in
            ReferenceEvictingLayer(kvHeads: shape.kvHeads, policy: rule, rotation: rotation)
        }
        let llama = ReferenceLlama(model)
        var drops: Set<Drop> = []
        logits = tokens.indices.map { token in
            llama.next(tokens[token]) { layer, queries, keys, values in
                let result = layers[layer].attend(queries: queries, keys: keys, values: values, position: token)
                for drop in result.drops {
                    drops.insert(Drop(token: token, layer: layer, kvHead: drop.kvHead, position: drop.position))
                }
                return result.output
            }
        }
        self.drops = drops
        slots = layers.map(\.slots)
        leastMargin = layers.map(\.leastMargin).min()!
    }
}
