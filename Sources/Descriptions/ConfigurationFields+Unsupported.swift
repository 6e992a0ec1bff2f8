/// What a configuration asks for that Headroom does not compute.
extension ConfigurationFields {
    /// What the core does not compute, by the name that a user finds in the file; the first word is the field's.
    func unsupportedFeatures() throws -> [String] {
        var features: [String] = []
        if isOfAnotherKind, let type = value("model_type") { features.append("model_type \(type)") }
        if let activation = value("hidden_act"), activation != .string("silu") {
            features.append("hidden_act \(activation)")
        }
        if try flag("mlp_bias") == true { features.append("mlp_bias") }
        features += try unsupportedRope()
        if let other = value("quantization_config"), quantization() == nil {
            features.append((["quantization_config"] + [Self.method(other)].compactMap { $0 }).joined(separator: " "))
        }
        features += windows + latentAttention + experts
        return features
    }

    /// What a quantization calls its method; nil where it does not say.
    private static func method(_ quantization: JSONValue) -> String? {
        guard case .object(let fields) = quantization else { return nil }
        return fields["quant_method"].map { "\($0)" }
    }

    private func unsupportedRope() throws -> [String] {
        var features: [String] = []
        let rope = try ropeFields
        switch try rope?.ropeType {
        case "default", "llama3": break
        case let type?: features.append("rope_scaling \(JSONValue.string(type))")
        case nil: if try rope?.number("factor") != nil { features.append("rope_scaling") }
        }
        if let partial = try number("partial_rotary_factor") ?? rope?.number("partial_rotary_factor"), partial != 1 {
            features.append("partial_rotary_factor \(partial)")
        }
        return features
    }

    /// A field of the file, or of the language model in a file of several models.
    private func anywhere(_ name: String) -> JSONValue? {
        if let value = value(name) { return value }
        guard case .object(let text)? = values["text_config"], let value = text[name], value != .null else {
            return nil
        }
        return value
    }

    /// Windows that layers see no further than: one for all (Mistral 7B v0.1), or in some of them (Gemma 2 and 3,
    /// gpt-oss). A window that the file itself switches off is none.
    private var windows: [String] {
        guard anywhere("use_sliding_window") != .bool(false) else { return [] }
        var list: [String] = []
        if anywhere("sliding_window") != nil { list.append("sliding_window (attention within a window)") }
        if case .array(let types)? = anywhere("layer_types"), Set(types.map { "\($0)" }).count > 1 {
            list.append("layer_types (a window in some layers)")
        }
        for name in ["sliding_window_pattern", "attention_chunk_size"] where anywhere(name) != nil {
            list.append("\(name) (a window in some layers)")
        }
        return list
    }

    /// Keys and values that are kept as one latent vector a token (DeepSeek V2 and V3).
    private var latentAttention: [String] {
        anywhere("kv_lora_rank") == nil ? [] : ["kv_lora_rank (latent attention)"]
    }

    private var experts: [String] {
        ["num_local_experts", "n_routed_experts", "num_experts"].filter { anywhere($0) != nil }
            .map { "\($0) (a mixture of experts)" }
    }

    /// Whether the shape itself may stand elsewhere or be of another kind, so that a missing size says less than these
    /// features do.
    var isOfAnotherKind: Bool {
        guard let type = value("model_type") else { return false }
        if quantization() != nil, type == .string(WeightQuantization.modelType) { return false }
        return ![.string("llama"), .string("mistral")].contains(type)
    }
}
