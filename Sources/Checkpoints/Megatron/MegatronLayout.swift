import Descriptions

/// Where a Megatron checkpoint keeps what a Llama in Hugging Face's form has, and what each rank of tensor parallelism
/// has of it.
struct MegatronLayout {
    /// How a tensor is put together from those of the ranks.
    enum Join {
        /// Every rank has all of it.
        case same
        /// Each rank in turn has these ranges of its own rows for it.
        case rows([Range<Int>])
        /// Each rank has some columns of every row.
        case columns

        var isByColumns: Bool { if case .columns = self { true } else { false } }
    }

    /// A tensor in Megatron's form.
    struct Source {
        let name: String
        /// The shape that each rank has.
        let shape: [Int]
        let join: Join
    }

    private let model: ModelConfiguration
    private let ranks: Int
    private let paddedVocabulary: Int

    /// The layout of `model` over `ranks`, with `paddedVocabulary` rows of the embedding in all.
    /// - Throws: `CheckpointError.ranks` where something does not divide among them.
    init(_ model: ModelConfiguration, ranks: Int, paddedVocabulary: Int, path: String) throws {
        for (what, count) in [
            ("query groups", model.kvHeads), ("ffn_hidden_size", model.intermediateSize),
            ("padded_vocab_size", paddedVocabulary),
        ] where count % ranks != 0 {
            throw CheckpointError.ranks(path: path, what: what, count: count, ranks: ranks)
        }
        self.model = model
        self.ranks = ranks
        self.paddedVocabulary = paddedVocabulary
    }

    /// Where each tensor of Hugging Face's form is.
    var sources: [String: Source] {
        let (hidden, vocabulary) = (model.hiddenSize, paddedVocabulary / ranks)
        var sources = [
            TensorName.embedding: Source(
                name: "embedding.word_embeddings.weight", shape: [vocabulary, hidden], join: .rows([0..<vocabulary])),
            TensorName.finalNorm: Source(name: "decoder.final_layernorm.weight", shape: [hidden], join: .same),
        ]
        if !model.tiesEmbeddings {
            sources[TensorName.output] = Source(
                name: Self.output, shape: [vocabulary, hidden], join: .rows([0..<vocabulary]))
        }
        for layer in 0..<model.layers { sources.merge(attention(layer)) { $1 }; sources.merge(mlp(layer)) { $1 } }
        return sources
    }

    /// The output layer's name.
    static let output = "output_layer.weight"

    /// What the names of layer `layer` begin with.
    static func prefix(layer: Int) -> String { "decoder.layers.\(layer)." }

    /// For each KV group its query heads, then its key head, then its value head.
    private func attention(_ layer: Int) -> [String: Source] {
        let prefix = Self.prefix(layer: layer) + "self_attention."
        let (hidden, dim, group) = (model.hiddenSize, model.headDim, model.groupSize)
        let groups = model.kvHeads / ranks
        func fused(_ heads: Range<Int>) -> Source {
            let rows = (0..<groups).map { index in
                let first = index * (group + 2) * dim
                return first + heads.lowerBound * dim..<first + heads.upperBound * dim
            }
            return Source(
                name: "\(prefix)linear_qkv.weight", shape: [groups * (group + 2) * dim, hidden], join: .rows(rows))
        }
        return [
            TensorName.attentionNorm(layer: layer): Source(
                name: "\(prefix)linear_qkv.layer_norm_weight", shape: [hidden], join: .same),
            TensorName.attention("q", layer: layer): fused(0..<group),
            TensorName.attention("k", layer: layer): fused(group..<group + 1),
            TensorName.attention("v", layer: layer): fused(group + 1..<group + 2),
            TensorName.attention("o", layer: layer): Source(
                name: "\(prefix)linear_proj.weight", shape: [hidden, groups * group * dim], join: .columns),
        ]
    }

    /// Each rank's gate rows, then its up rows.
    private func mlp(_ layer: Int) -> [String: Source] {
        let prefix = Self.prefix(layer: layer) + "mlp."
        let (hidden, middle) = (model.hiddenSize, model.intermediateSize / ranks)
        func fused(_ first: Int) -> Source {
            Source(
                name: "\(prefix)linear_fc1.weight", shape: [2 * middle, hidden], join: .rows([first..<first + middle]))
        }
        return [
            TensorName.mlpNorm(layer: layer): Source(
                name: "\(prefix)linear_fc1.layer_norm_weight", shape: [hidden], join: .same),
            TensorName.mlp("gate", layer: layer): fused(0),
            TensorName.mlp("up", layer: layer): fused(middle),
            TensorName.mlp("down", layer: layer): Source(
                name: "\(prefix)linear_fc2.weight", shape: [hidden, middle], join: .columns),
        ]
    }
}
