import Foundation

extension ModelConfiguration {
    /// Reads a `config.json` in Hugging Face's form. Missing `head_dim`, `num_key_value_heads` and `rope_theta` take
    /// Hugging Face's defaults; missing sizes are errors.
    /// - Parameter path: where the data comes from, for errors.
    /// - Throws: `ConfigurationError`, naming the field.
    public init(json data: Data, path: String) throws {
        try self.init(named: ConfigurationFields(data: data, path: path), path: path)
    }

    /// The same out of fields that are read already.
    public init(fields: [String: JSONValue], path: String) throws {
        try self.init(named: ConfigurationFields(fields, path: path), path: path)
    }

    /// A model of another kind is named as that, whatever else is missing.
    private init(named fields: ConfigurationFields, path: String) throws {
        do {
            try self.init(fields)
        } catch let error as ConfigurationError {
            let features = fields.isOfAnotherKind ? try fields.unsupportedFeatures() : []
            throw features.isEmpty ? error : .unsupported(path: path, features: features)
        }
    }

    private init(_ fields: ConfigurationFields) throws {
        let hidden = try fields.size("hidden_size", limit: 1 << 22)
        let heads = try fields.size("num_attention_heads", limit: 1 << 12)
        let kvHeads = try fields.optionalSize("num_key_value_heads", limit: heads) ?? heads
        guard heads % kvHeads == 0 else {
            throw fields.error("num_key_value_heads", expected: "a divisor of the \(heads) heads", found: "\(kvHeads)")
        }
        let headDim =
            try fields.optionalSize("head_dim", limit: 1 << 14) ?? ModelConfiguration.headDim(hidden, heads, fields)
        guard headDim % 2 == 0 else {
            throw fields.error("head_dim", expected: "an even width, which rotation needs", found: "\(headDim)")
        }
        let layers = try fields.size("num_hidden_layers", limit: 1 << 10)
        let intermediate = try fields.size("intermediate_size", limit: 1 << 22)
        let vocabulary = try fields.size("vocab_size", limit: 1 << 22)
        self.init(
            hiddenSize: hidden, intermediateSize: intermediate, layers: layers, heads: heads, kvHeads: kvHeads,
            headDim: headDim, vocabularySize: vocabulary,
            normEpsilon: try fields.positive("rms_norm_eps") ?? 1e-6,
            ropeTheta: try fields.ropeTheta(), ropeScaling: try RopeScaling(fields),
            maxPositions: try fields.optionalSize("max_position_embeddings", limit: 1 << 30) ?? 2048,
            attentionBias: try fields.flag("attention_bias") ?? false,
            tiesEmbeddings: try fields.flag("tie_word_embeddings") ?? false,
            bosToken: try fields.tokens("bos_token_id", vocabulary: vocabulary).first,
            eosTokens: try fields.tokens("eos_token_id", vocabulary: vocabulary),
            dmc: try DMCSettings(fields),
            conversion: try fields.text("headroom_conversion"),
            quantization: try WeightQuantization(fields),
            unsupported: try fields.unsupportedFeatures())
    }

    private static func headDim(_ hidden: Int, _ heads: Int, _ fields: ConfigurationFields) throws -> Int {
        guard hidden % heads == 0 else {
            throw fields.error("hidden_size", expected: "a multiple of the \(heads) heads", found: "\(hidden)")
        }
        return hidden / heads
    }
}

extension DMCSettings {
    /// The settings in a configuration; nil where `dmc_window_size` is missing: no DMC model then.
    init?(_ fields: ConfigurationFields) throws {
        guard let window = try fields.integer("dmc_window_size") else { return nil }
        guard (0...65_536).contains(window) else {
            throw fields.error("dmc_window_size", expected: "0 to 65536 tokens", found: "\(window)")
        }
        let initial = try fields.number("dmc_init_val") ?? 5
        self.init(
            window: window, initialValue: Float(initial), targetRatio: try fields.positive("dmc_target_ratio"))
    }
}
