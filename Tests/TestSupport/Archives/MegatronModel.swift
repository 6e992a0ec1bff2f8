import Descriptions

/// A random model in Megatron-LM's form: its matrices fused, and cut among the ranks of tensor parallelism. Names and
/// layout are written down here a second time, from the description of NVIDIA's checkpoints.
package struct MegatronModel {
    private let model: RandomModel
    /// Ranks that share every layer.
    package let ranks: Int
    /// Rows that fill up the vocabulary.
    package var padding = 0
    /// Whether matrices are stored with their columns where rows would be.
    package var isTransposed = false
    /// Whether `args` say how large the vocabulary is without padding.
    package var saysVocabulary = false
    /// More `args`, or others in place of those that the model has.
    package var arguments: [(String, PickledValue)] = []
    /// What `checkpoint_version` says.
    package var version: PickledValue = 3.0
    /// The step that it was saved after.
    package var iteration = 1000
    /// Values in place of tensors.
    package var replaced: [String: PickledValue] = [:]
    /// Names of more tensors, at the end.
    package var others: [String] = []
    /// Tensors that nobody asked for, the first in the file.
    package var extra: [StoredTensor] = []

    /// `model`, cut for `ranks`.
    package init(_ model: RandomModel, ranks: Int = 1) {
        self.model = model
        self.ranks = ranks
    }

    private var shape: ModelConfiguration { model.configuration }

    /// Writes the archives into `folder`, each in its rank's folder under `place`.
    package func write(to folder: TemporaryFolder, under place: String = "", latest: String? = nil) throws {
        for rank in 0..<ranks {
            let name = rank < 10 ? "0\(rank)" : "\(rank)"
            try folder.write(inFolders: "\(place)mp_rank_\(name)/model_optim_rng.pt", TorchWriter.file(archive(rank)))
        }
        if let latest { try folder.write("latest_checkpointed_iteration.txt", latest) }
    }

    /// What rank `rank` saves.
    package func archive(_ rank: Int) -> PickledValue {
        .dictionary([
            ("args", .namespace(allArguments)), ("checkpoint_version", version), ("iteration", .int(iteration)),
            ("model", .orderedDictionary(tensors(rank))), ("opt_param_scheduler", .none),
        ])
    }

    private var allArguments: [(String, PickledValue)] {
        let changed = Set(arguments.map(\.0))
        var all: [(String, PickledValue)] = [
            ("num_layers", .int(shape.layers)), ("hidden_size", .int(shape.hiddenSize)),
            ("ffn_hidden_size", .int(shape.intermediateSize)), ("num_attention_heads", .int(shape.heads)),
            ("kv_channels", .int(shape.headDim)), ("group_query_attention", .bool(shape.kvHeads != shape.heads)),
            ("num_query_groups", .int(shape.kvHeads == shape.heads ? 1 : shape.kvHeads)),
            ("padded_vocab_size", .int(shape.vocabularySize + padding)),
            ("vocab_size", saysVocabulary ? .int(shape.vocabularySize) : .none),
            ("max_position_embeddings", .int(shape.maxPositions)), ("norm_epsilon", .float(shape.normEpsilon)),
            ("rotary_base", .int(Int(shape.ropeTheta))), ("rotary_percent", 1.0), ("swiglu", true),
            ("normalization", "RMSNorm"), ("position_embedding_type", "rope"), ("add_bias_linear", false),
            ("untie_embeddings_and_output_weights", .bool(!shape.tiesEmbeddings)),
            ("tensor_model_parallel_size", .int(ranks)), ("make_vocab_size_divisible_by", 128),
            ("params_dtype", .global("torch", "bfloat16")),
            ("attention_backend", .call("megatron.core.transformer.enums", "AttnBackend", [5])),
        ]
        if let dmc = shape.dmc {
            all += [("dmc_window_size", .int(dmc.window)), ("dmc_init_val", .float(Double(dmc.initialValue)))]
        }
        return all.filter { !changed.contains($0.0) } + arguments
    }

    private func tensors(_ rank: Int) -> [(String, PickledValue)] {
        var tensors = extra.enumerated().map { ("extra.\($0)", PickledValue.tensor($1)) }
        func add(_ name: String, _ tensor: StoredTensor) {
            let value = replaced[name] ?? .tensor(tensor, isTransposed: isTransposed && tensor.shape.count == 2)
            tensors.append((name, value))
        }
        add("embedding.word_embeddings.weight", vocabulary("model.embed_tokens.weight", rank))
        for layer in 0..<shape.layers {
            let (theirs, ours) = ("decoder.layers.\(layer)", "model.layers.\(layer)")
            add("\(theirs).self_attention.linear_proj.weight", columns("\(ours).self_attn.o_proj.weight", rank))
            add("\(theirs).self_attention.linear_qkv.layer_norm_weight", tensor("\(ours).input_layernorm.weight"))
            add("\(theirs).self_attention.linear_qkv.weight", fusedAttention(ours, rank))
            tensors.append(("\(theirs).self_attention.linear_qkv._extra_state", .call("_io", "BytesIO", [])))
            add("\(theirs).mlp.linear_fc1.layer_norm_weight", tensor("\(ours).post_attention_layernorm.weight"))
            add("\(theirs).mlp.linear_fc1.weight", fusedMLP(ours, rank))
            add("\(theirs).mlp.linear_fc2.weight", columns("\(ours).mlp.down_proj.weight", rank))
        }
        add("decoder.final_layernorm.weight", tensor("model.norm.weight"))
        if !shape.tiesEmbeddings { add("output_layer.weight", vocabulary("lm_head.weight", rank)) }
        for name in others { add(name, tensor("model.norm.weight")) }
        return tensors
    }

    private func tensor(_ name: String) -> StoredTensor { model.tensors[name]! }

    /// Each rank has an equal share of the rows, padding included. Padding is large, so that it is seen where it is used.
    private func vocabulary(_ name: String, _ rank: Int) -> StoredTensor {
        var whole = tensor(name)
        whole.values += Array(repeating: 9, count: padding * whole.shape[1])
        whole.shape[0] += padding
        return whole.share(rank, of: ranks)
    }

    private func columns(_ name: String, _ rank: Int) -> StoredTensor {
        tensor(name).transposed.share(rank, of: ranks).transposed
    }

    private func fusedAttention(_ layer: String, _ rank: Int) -> StoredTensor {
        let parts = ["q", "k", "v"].map { tensor("\(layer).self_attn.\($0)_proj.weight") }
        let groups = shape.kvHeads / ranks
        return .joined(
            (rank * groups..<(rank + 1) * groups).flatMap { group in
                parts.map { $0.share(group, of: shape.kvHeads) }
            })
    }

    private func fusedMLP(_ layer: String, _ rank: Int) -> StoredTensor {
        .joined(["gate", "up"].map { tensor("\(layer).mlp.\($0)_proj.weight").share(rank, of: ranks) })
    }
}

extension StoredTensor {
    /// Rows and columns exchanged.
    package var transposed: StoredTensor {
        var other = self
        other.shape = [shape[1], shape[0]]
        other.values = (0..<values.count).map { values[$0 % shape[0] * shape[1] + $0 / shape[0]] }
        return other
    }

    /// The `index`th of `count` equal shares of the rows.
    fileprivate func share(_ index: Int, of count: Int) -> StoredTensor {
        var other = self
        other.shape[0] /= count
        let size = values.count / count
        other.values = Array(values[index * size..<(index + 1) * size])
        return other
    }

    /// The rows of all `parts`.
    fileprivate static func joined(_ parts: [StoredTensor]) -> StoredTensor {
        var whole = parts[0]
        whole.shape[0] = parts.reduce(0) { $0 + $1.shape[0] }
        whole.values = parts.flatMap(\.values)
        return whole
    }
}

extension TemporaryFolder {
    /// Writes a file, with the folders that its name says.
    package func write(inFolders name: String, _ bytes: [UInt8]) throws {
        try makeFolder(String(name[..<name.lastIndex(of: "/")!]))
        try write(name, bytes)
    }
}
