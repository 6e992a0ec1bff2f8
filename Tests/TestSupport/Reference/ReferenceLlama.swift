import Foundation

/// A Llama in double precision, one token after another, every loop spelled out: the twin that the core is held to.
/// Written from the published descriptions (Llama 2: Touvron et al., 2023; DMC: Nawrot et al., 2024), not from the core.
package struct ReferenceLlama {
    /// Which tokens a DMC model's heads merge.
    package enum Mode {
        /// Those the model asks for; of a plain model none.
        case learned
        /// None, the rest of DMC's arithmetic unchanged.
        case appendAlways
    }

    let model: RandomModel
    private let weights: [String: [Double]]
    private let roundsInputs: Bool

    /// The twin of a random model; with `roundsInputs` what goes into a product with a matrix is rounded to bfloat16.
    package init(_ model: RandomModel, roundsInputs: Bool = false) {
        self.model = model
        self.roundsInputs = roundsInputs
        weights = model.tensors.mapValues { $0.values.map(Double.init) }
    }

    /// Feeds `tokens` to an empty cache.
    package func run(_ tokens: [Int], _ mode: Mode = .learned) -> ReferenceRun {
        let shape = model.configuration
        var heads = (0..<shape.layers).map { _ in
            (0..<shape.kvHeads).map { _ in ReferenceHead(configuration: shape, mode: mode) }
        }
        let logits = tokens.indices.map { position in
            next(tokens[position]) { layer, queries, keys, values in
                let group = queries.count / keys.count
                return keys.indices.flatMap { head in
                    heads[layer][head].attend(
                        queries: Array(queries[head * group..<(head + 1) * group]), key: keys[head],
                        value: values[head], position: position)
                }
            }
        }
        return ReferenceRun(logits: logits, heads: heads)
    }

    /// A layer's attention for one token: given its queries, keys and values, one vector a head, before rotation; gives
    /// the outputs of all query heads, one after another.
    typealias Attention = (_ layer: Int, _ queries: [[Double]], _ keys: [[Double]], _ values: [[Double]]) -> [Double]

    /// The logits behind one more token.
    func next(_ token: Int, _ attend: Attention) -> [Double] {
        let shape = model.configuration
        let embedding = weights["model.embed_tokens.weight"]!
        var stream = Array(embedding[token * shape.hiddenSize..<(token + 1) * shape.hiddenSize])
        for layer in 0..<shape.layers {
            let prefix = "model.layers.\(layer)"
            let before = norm(stream, "\(prefix).input_layernorm.weight")
            let attended = attention(before, layer, attend)
            stream = zip(stream, times("\(prefix).self_attn.o_proj.weight", attended)).map(+)
            let between = norm(stream, "\(prefix).post_attention_layernorm.weight")
            let gate = times("\(prefix).mlp.gate_proj.weight", between)
            let up = times("\(prefix).mlp.up_proj.weight", between)
            let middle = zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 }
            stream = zip(stream, times("\(prefix).mlp.down_proj.weight", middle)).map(+)
        }
        let last = norm(stream, "model.norm.weight")
        return times(shape.tiesEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight", last)
    }

    private func attention(_ input: [Double], _ layer: Int, _ attend: Attention) -> [Double] {
        let (prefix, dim) = ("model.layers.\(layer).self_attn", model.configuration.headDim)
        return attend(
            layer, split(times("\(prefix).q_proj.weight", input), dim),
            split(times("\(prefix).k_proj.weight", input), dim), split(times("\(prefix).v_proj.weight", input), dim))
    }

    private func split(_ vector: [Double], _ width: Int) -> [[Double]] {
        stride(from: 0, to: vector.count, by: width).map { Array(vector[$0..<$0 + width]) }
    }

    private func norm(_ input: [Double], _ name: String) -> [Double] {
        let mean = input.reduce(0) { $0 + $1 * $1 } / Double(input.count)
        let factor = 1 / (mean + model.configuration.normEpsilon).squareRoot()
        return zip(input, weights[name]!).map { $0 * factor * $1 }
    }

    private func times(_ name: String, _ input: [Double]) -> [Double] {
        let matrix = weights[name]!
        let input = roundsInputs ? input.map { Double(Float($0).roundedToBFloat16) } : input
        return stride(from: 0, to: matrix.count, by: input.count).map { row in
            var sum = 0.0
            for column in input.indices { sum += matrix[row + column] * input[column] }
            return sum
        }
    }
}

/// What a reference run came to.
package struct ReferenceRun {
    /// Logits behind each token, `[tokens][vocabulary]`.
    package let logits: [[Double]]
    /// The heads as they ended, `[layers][kvHeads]`.
    package let heads: [[ReferenceHead]]

    /// Negative log-likelihoods of `tokens` 1…, which must be those that were run.
    package func negativeLogLikelihoods(of tokens: [Int]) -> [Double] {
        zip(logits, tokens.dropFirst()).map { logits, token in
            let largest = logits.max()!
            return largest + log(logits.reduce(0) { $0 + exp($1 - largest) }) - logits[token]
        }
    }
}
