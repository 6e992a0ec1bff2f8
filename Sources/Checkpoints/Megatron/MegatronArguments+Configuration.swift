import Descriptions
import Foundation

extension MegatronArguments {
    /// The configuration in Hugging Face's terms: the fields of a `config.json`.
    /// - Parameters:
    ///   - hasOutput: whether the checkpoint has an output layer, which counts where the arguments do not say.
    ///   - vocabulary: the tokenizer's, if there is one: it tells padding from tokens.
    /// - Throws: `ConfigurationError`, naming the argument.
    func huggingFaceFields(hasOutput: Bool, _ vocabulary: TextVocabulary?) throws -> [String: JSONValue] {
        let unsupported = try unsupportedFeatures()
        guard unsupported.isEmpty else { throw error(unsupported: unsupported) }
        var fields: [String: JSONValue] = [
            "architectures": .array([.string("LlamaForCausalLM")]), "model_type": .string("llama"),
            "hidden_act": .string("silu"), "attention_bias": .bool(false), "mlp_bias": .bool(false),
            "hidden_size": .int(try size("hidden_size")), "intermediate_size": .int(try size("ffn_hidden_size")),
            "num_hidden_layers": .int(try size("num_layers")),
            "num_attention_heads": .int(try size("num_attention_heads")),
            "num_key_value_heads": .int(try queryGroups()), "vocab_size": .int(try vocabularySize(vocabulary)),
            "rms_norm_eps": .number(try number("norm_epsilon") ?? 1e-5),
            "rope_theta": .number(try number("rotary_base") ?? 10_000),
            "max_position_embeddings": .int(try integer("max_position_embeddings") ?? integer("seq_length") ?? 2048),
            "tie_word_embeddings": .bool(!(try flag("untie_embeddings_and_output_weights") ?? hasOutput)),
        ]
        if let width = try integer("kv_channels") { fields["head_dim"] = .int(width) }
        if let token = vocabulary?.bosToken { fields["bos_token_id"] = .int(token) }
        if let token = vocabulary?.eosToken { fields["eos_token_id"] = .int(token) }
        return fields.merging(try compressionFields()) { $1 }
    }

    /// `num_query_groups` counts only where grouped attention is on; it is 1 otherwise, and the model multi-head.
    private func queryGroups() throws -> Int {
        try flag("group_query_attention") == true ? size("num_query_groups") : size("num_attention_heads")
    }

    /// DMC's settings; none in a model that was not retrofitted. Older checkpoints lack some; the published constants
    /// stand in.
    private func compressionFields() throws -> [String: JSONValue] {
        let window = try integer("dmc_window_size")
        let initial = try number("dmc_init_val")
        let ratio = try number("dmc_cr")
        // In the first stage the deciding channel only fades out; nothing is merged yet.
        guard window != nil || initial != nil || ratio != nil, try flag("dmc_is_stage_one") != true else { return [:] }
        var fields: [String: JSONValue] = [
            // What computes a plain Llama with such weights computes something else.
            "architectures": .array([.string("LlamaDMCForCausalLM")]),
            "dmc_window_size": .int(window ?? DMCSettings().window),
            "dmc_init_val": .number(initial ?? Double(DMCSettings().initialValue)),
        ]
        if let ratio { fields["dmc_target_ratio"] = .number(ratio) }
        return fields
    }

    /// Whether nothing tells how many rows of the embedding are tokens, and how many fill it up.
    func hasUnknownPadding(_ vocabulary: TextVocabulary?) throws -> Bool {
        try vocabulary == nil && integer("vocab_size") == nil
    }

    /// Rows of the embedding, over all ranks.
    func paddedVocabularySize() throws -> Int { try size("padded_vocab_size") }

    private func vocabularySize(_ vocabulary: TextVocabulary?) throws -> Int {
        let padded = try paddedVocabularySize()
        let stated = try integer("vocab_size")
        if let stated, !(1...padded).contains(stated) {
            throw error("vocab_size", expected: "a size from 1 to \(padded)", found: "\(stated)")
        }
        // The tokenizer knows best: Megatron's number may lack what it added.
        guard let size = vocabulary?.size else { return stated ?? padded }
        if let stated, stated < size {
            throw error("vocab_size", expected: "at least the tokenizer's \(size) tokens", found: "\(stated)")
        }
        // Megatron fills up to a multiple of this.
        let multiple = max(1, try integer("make_vocab_size_divisible_by") ?? 128)
            .multipliedReportingOverflow(by: max(1, try integer("tensor_model_parallel_size") ?? 1))
        let least = multiple.overflow ? 1 : max(1, padded - multiple.partialValue + 1)
        guard (least...padded).contains(size) else {
            throw error(
                "padded_vocab_size", expected: "a tokenizer of \(least) to \(padded) tokens", found: "one of \(size)")
        }
        return size
    }

    /// What the core does not compute, by the arguments' names.
    private func unsupportedFeatures() throws -> [String] {
        var features: [String] = []
        for name in Self.unsupportedFlags where try flag(name) == true { features.append(name) }
        for (name, expected) in Self.expectedWords {
            if let word = try text(name), word != expected { features.append("\(name) \(word.shown)") }
        }
        if try flag("swiglu") == false { features.append("no swiglu") }
        if let share = try number("rotary_percent"), share != 1 { features.append("rotary_percent \(share)") }
        for name in Self.unsupportedSettings where isSet(name) { features.append(name) }
        return features
    }

    private static let unsupportedFlags = [
        "add_bias_linear", "add_qkv_bias", "apply_layernorm_1p", "qk_layernorm", "multi_latent_attention",
        "rotary_interleaved", "use_rope_scaling", "apply_residual_connection_post_layernorm", "squared_relu",
    ]

    private static let unsupportedSettings = [
        "num_experts", "rotary_seq_len_interpolation_factor", "window_size", "attn_logit_softcapping", "mtp_num_layers",
    ]

    private static let expectedWords = [("normalization", "RMSNorm"), ("position_embedding_type", "rope")]
}

extension JSONValue {
    /// A whole number.
    static func int(_ value: Int) -> JSONValue { .number(Double(value)) }
}
