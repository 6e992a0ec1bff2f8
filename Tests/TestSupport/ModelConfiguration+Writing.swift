import Descriptions

extension ModelConfiguration {
    /// This configuration as a `config.json` in Hugging Face's form.
    package var huggingFaceJSON: String {
        var fields = [
            "\"model_type\": \"llama\"", "\"hidden_size\": \(hiddenSize)", "\"intermediate_size\": \(intermediateSize)",
            "\"num_hidden_layers\": \(layers)", "\"num_attention_heads\": \(heads)",
            "\"num_key_value_heads\": \(kvHeads)", "\"head_dim\": \(headDim)", "\"vocab_size\": \(vocabularySize)",
            "\"rms_norm_eps\": \(normEpsilon)", "\"rope_theta\": \(ropeTheta)",
            "\"max_position_embeddings\": \(maxPositions)", "\"tie_word_embeddings\": \(tiesEmbeddings)",
            "\"eos_token_id\": \(eosTokens)",
        ]
        if let bosToken { fields.append("\"bos_token_id\": \(bosToken)") }
        if let dmc {
            fields += ["\"dmc_window_size\": \(dmc.window)", "\"dmc_init_val\": \(dmc.initialValue)"]
        }
        return "{\(fields.joined(separator: ",\n "))}\n"
    }

    /// A small shape for tests: every size odd enough to be seen where two are mixed up.
    package static func small(
        hidden: Int = 48, middle: Int = 72, layers: Int = 2, heads: Int = 4, kvHeads: Int = 4, headDim: Int = 12,
        vocabulary: Int = 70, ropeTheta: Double = 10_000, context: Int = 512, tied: Bool = false,
        eosTokens: [Int] = [], dmc: DMCSettings? = nil
    ) -> ModelConfiguration {
        ModelConfiguration(
            hiddenSize: hidden, intermediateSize: middle, layers: layers, heads: heads, kvHeads: kvHeads,
            headDim: headDim, vocabularySize: vocabulary, ropeTheta: ropeTheta, maxPositions: context,
            tiesEmbeddings: tied, eosTokens: eosTokens, dmc: dmc)
    }
}
