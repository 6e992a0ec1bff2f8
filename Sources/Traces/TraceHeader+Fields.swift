import Descriptions

/// One named value of a trace's header, both as text.
struct HeaderField: Equatable {
    let name: String
    let value: String

    init(_ name: String, _ value: some CustomStringConvertible) {
        self.name = name
        self.value = value.description
    }
}

extension TraceHeader {
    /// Everything the header says, in the order of the file.
    var fields: [HeaderField] {
        [
            HeaderField("model", model),
            HeaderField("checkpoint", checkpointFingerprint),
            HeaderField("tokenizer", tokenizerFingerprint),
            HeaderField("policy", policy),
            HeaderField("decision_rule", decisionRule.rawValue),
            HeaderField("arithmetic", arithmetic.rawValue),
            HeaderField("kernels", kernelSet),
            HeaderField("seed", seed),
            HeaderField("max_new_tokens", maxNewTokens),
            HeaderField("sampling", sampling),
            HeaderField("prompt_list", promptListDigest),
            HeaderField("keeps_tokens", keepsTokens),
        ] + (compressesDecisions ? [HeaderField("decisions", "compressed")] : [])
            + (shard.map { [HeaderField("shard", $0)] } ?? []) + configuration.fields
    }

    /// The first field in which another header says something else: its name, and both values (`-` for none).
    public func difference(from other: TraceHeader) -> (field: String, own: String, other: String)? {
        let own = fields
        let others = other.fields
        for name in own.map(\.name) + others.map(\.name) {
            let left = own.first { $0.name == name }?.value
            let right = others.first { $0.name == name }?.value
            if left != right { return (name, left ?? "-", right ?? "-") }
        }
        return nil
    }

    /// A header from the fields of a file, which are as `fields` gives them, name by name and digit by digit.
    init(_ source: inout HeaderFieldSource) throws {
        self.init(
            model: try source.text("model"), configuration: try ModelConfiguration(&source),
            checkpointFingerprint: try source.text("checkpoint"), tokenizerFingerprint: try source.text("tokenizer"),
            policy: try source.policy("policy"),
            decisionRule: try source.word("decision_rule"), arithmetic: try source.word("arithmetic"),
            kernelSet: try source.text("kernels"), seed: try source.number("seed", in: 0...UInt64.max),
            maxNewTokens: try source.number("max_new_tokens", in: 0...1 << 40), sampling: try source.text("sampling"),
            promptListDigest: try source.text("prompt_list"), keepsTokens: try source.flag("keeps_tokens"),
            compressesDecisions: source.has("decisions") ? try source.text("decisions") == "compressed" : false,
            shard: source.has("shard") ? try source.shard("shard") : nil)
        if let misfit { throw source.error("policy", expected: misfit.expected, found: misfit.found) }
        try source.finish(fields)
    }

    /// What of the model's shape contradicts the policy; nil where nothing does.
    var misfit: (expected: String, found: String)? {
        if policy == .dmc, configuration.dmc == nil {
            return ("a DMC model under dmc", "\(policy) on one without `dmc_window`")
        }
        if policy.evicts, configuration.dmc != nil {
            return ("a plain model under an eviction", "\(policy) on one with `dmc_window`")
        }
        return nil
    }
}

extension ModelConfiguration {
    fileprivate var fields: [HeaderField] {
        var fields = [
            HeaderField("hidden_size", hiddenSize),
            HeaderField("intermediate_size", intermediateSize),
            HeaderField("layers", layers),
            HeaderField("heads", heads),
            HeaderField("kv_heads", kvHeads),
            HeaderField("head_dim", headDim),
            HeaderField("vocabulary_size", vocabularySize),
            HeaderField("norm_epsilon", normEpsilon),
            HeaderField("rope_theta", ropeTheta),
            HeaderField("max_positions", maxPositions),
            HeaderField("ties_embeddings", tiesEmbeddings),
        ]
        if let conversion { fields.append(HeaderField("conversion", conversion)) }
        if let dmc {
            fields.append(HeaderField("dmc_window", dmc.window))
            fields.append(HeaderField("dmc_initial_value", dmc.initialValue))
            if let ratio = dmc.targetRatio { fields.append(HeaderField("dmc_target_ratio", ratio)) }
        }
        return fields
    }

    fileprivate init(_ source: inout HeaderFieldSource) throws {
        let heads = try source.number("heads", in: 1...1 << 12)
        let kvHeads = try source.number("kv_heads", in: 1...heads)
        guard heads % kvHeads == 0 else {
            throw source.error("kv_heads", expected: "a divisor of the \(heads) heads", found: "\(kvHeads)")
        }
        self.init(
            hiddenSize: try source.number("hidden_size", in: 1...1 << 22),
            intermediateSize: try source.number("intermediate_size", in: 1...1 << 22),
            layers: try source.number("layers", in: 1...1 << 10), heads: heads, kvHeads: kvHeads,
            headDim: try source.number("head_dim", in: 1...1 << 14),
            vocabularySize: try source.number("vocabulary_size", in: 1...1 << 22),
            normEpsilon: try source.real("norm_epsilon"), ropeTheta: try source.real("rope_theta"),
            maxPositions: try source.number("max_positions", in: 1...1 << 30),
            tiesEmbeddings: try source.flag("ties_embeddings"), dmc: try DMCSettings(&source),
            conversion: source.has("conversion") ? try source.text("conversion") : nil)
    }
}

extension DMCSettings {
    fileprivate init?(_ source: inout HeaderFieldSource) throws {
        guard source.has("dmc_window") else { return nil }
        self.init(
            window: try source.number("dmc_window", in: 0...65_536),
            initialValue: try source.real("dmc_initial_value"),
            targetRatio: source.has("dmc_target_ratio") ? try source.real("dmc_target_ratio") : nil)
    }
}
