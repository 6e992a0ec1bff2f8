import Descriptions

/// The names Hugging Face gives a Llama's tensors.
public enum TensorName {
    /// Token embedding, `[vocabulary, hidden]`.
    public static let embedding = "model.embed_tokens.weight"
    /// Gain of the last norm, `[hidden]`.
    public static let finalNorm = "model.norm.weight"
    /// Output layer, `[vocabulary, hidden]`; absent where it is tied to the embedding.
    public static let output = "lm_head.weight"

    /// What the names of a layer's tensors begin with.
    public static func layer(_ layer: Int) -> String { "model.layers.\(layer)." }
    /// Gain of the norm before attention, `[hidden]`.
    public static func attentionNorm(layer: Int) -> String { "\(self.layer(layer))input_layernorm.weight" }
    /// Gain of the norm before the MLP, `[hidden]`.
    public static func mlpNorm(layer: Int) -> String { "\(self.layer(layer))post_attention_layernorm.weight" }
    /// Attention's projection `part`, one of `q`, `k`, `v`, `o`.
    public static func attention(_ part: String, layer: Int) -> String {
        "\(self.layer(layer))self_attn.\(part)_proj.weight"
    }
    /// The bias of attention's projection `part`, one of `q`, `k`, `v`, `o`.
    public static func attentionBias(_ part: String, layer: Int) -> String {
        "model.layers.\(layer).self_attn.\(part)_proj.bias"
    }
    /// The MLP's projection `part`, one of `gate`, `up`, `down`.
    public static func mlp(_ part: String, layer: Int) -> String { "\(self.layer(layer))mlp.\(part)_proj.weight" }

    /// Scales of matrix `name` where it is stored in 8 bit, `[rows, groups]`.
    public static func scale(of name: String) -> String { "\(name)_scale" }

    /// Whether tensor `name` holds scales.
    public static func isScale(_ name: String) -> Bool { name.hasSuffix("_scale") }

    /// Whether tensor `name` takes part in what a layer computes. Older files keep the angles, which follow from the
    /// configuration.
    static func isOfLayer(_ name: String) -> Bool {
        name.hasPrefix("model.layers.") && !name.hasSuffix("rotary_emb.inv_freq")
    }

    /// Every tensor that a model of that configuration has, with its shape.
    public static func shapes(of configuration: ModelConfiguration) -> [(name: String, shape: [Int])] {
        let (hidden, middle) = (configuration.hiddenSize, configuration.intermediateSize)
        let queries = configuration.heads * configuration.headDim
        let keys = configuration.kvHeads * configuration.headDim
        var shapes: [(String, [Int])] = [
            (embedding, [configuration.vocabularySize, hidden]), (finalNorm, [hidden]),
        ]
        if !configuration.tiesEmbeddings { shapes.append((output, [configuration.vocabularySize, hidden])) }
        for layer in 0..<configuration.layers {
            shapes += [
                (attentionNorm(layer: layer), [hidden]), (mlpNorm(layer: layer), [hidden]),
                (attention("q", layer: layer), [queries, hidden]), (attention("k", layer: layer), [keys, hidden]),
                (attention("v", layer: layer), [keys, hidden]), (attention("o", layer: layer), [hidden, queries]),
                (mlp("gate", layer: layer), [middle, hidden]), (mlp("up", layer: layer), [middle, hidden]),
                (mlp("down", layer: layer), [hidden, middle]),
            ]
            if configuration.attentionBias {
                shapes += [("q", queries), ("k", keys), ("v", keys), ("o", hidden)].map { part, size in
                    (attentionBias(part, layer: layer), [size])
                }
            }
        }
        guard let quantization = configuration.quantization else { return shapes }
        return shapes
            + shapes.filter { isQuantizable($0.0, shape: $0.1) }.map { name, shape in
                (scale(of: name), [shape[0], quantization.groups(columns: shape[1])])
            }
    }

    /// Whether a tensor is one of those that are stored in 8 bit: the matrices of products. Of the embedding a token
    /// needs one row, so that little is won there.
    static func isQuantizable(_ name: String, shape: [Int]) -> Bool { shape.count == 2 && name != embedding }
}
