import Descriptions

extension TraceHeader {
    /// The header of an import; what it does not say takes the values that `Import.md` lists. Without a `prompt_list`
    /// its digest is empty.
    /// - Throws: `FileError.malformedLine`.
    init(_ fields: ImportFields) throws {
        guard try fields.flag("finished", or: true) else {
            throw fields.error("finished", expected: "true", found: "false: what an unfinished recording holds")
        }
        self.init(
            model: try fields.text("model"), configuration: try ModelConfiguration(fields),
            checkpointFingerprint: try fields.digest("checkpoint"),
            tokenizerFingerprint: try fields.digest("tokenizer"), policy: try fields.policy("policy"),
            decisionRule: try fields.parsed("decision_rule", "plain", or: "plain", DecisionRule.init(rawValue:)),
            arithmetic: try fields.parsed("arithmetic", "float32", or: "float32", ArithmeticMode.init(rawValue:)),
            kernelSet: try fields.text("kernels", or: "imported"),
            seed: UInt64(try fields.number("seed", in: 0...1 << 53, or: 0)),
            maxNewTokens: try fields.number("max_new_tokens", in: 0...1 << 40, or: 0),
            sampling: try fields.text("sampling", or: "greedy"),
            promptListDigest: try fields.digest("prompt_list"),
            keepsTokens: try fields.flag("keeps_tokens", or: false),
            compressesDecisions: try fields.flag("compressed", or: false),
            shard: fields.has("shard") ? try fields.parsed("shard", "I/N", TraceShard.init(_:)) : nil)
        if policy == .dmc, configuration.dmc == nil { configuration.dmc = DMCSettings() }
        if let misfit { throw fields.error("policy", expected: misfit.expected, found: misfit.found) }
    }
}

extension ModelConfiguration {
    /// A prompt without decisions takes memory for each head all the same, however short its line is.
    private static let mostImportedHeads = 1 << 14

    fileprivate init(_ fields: ImportFields) throws {
        let kvHeads = try fields.number("kv_heads", in: 1...1 << 12)
        let heads = try fields.number("heads", in: 1...1 << 12, or: kvHeads)
        guard heads % kvHeads == 0 else {
            throw fields.error("kv_heads", expected: "a divisor of the \(heads) heads", found: "\(kvHeads)")
        }
        let layers = try fields.number("layers", in: 1...1 << 10)
        guard layers * kvHeads <= Self.mostImportedHeads else {
            throw fields.error(
                "layers", expected: "at most \(Self.mostImportedHeads) KV heads over all layers",
                found: "\(layers) times \(kvHeads)")
        }
        let headDim = try fields.number("head_dim", in: 1...1 << 14, or: 128)
        let hidden = try fields.number("hidden_size", in: 1...1 << 22, or: min(1 << 22, heads * headDim))
        self.init(
            hiddenSize: hidden,
            intermediateSize: try fields.number("intermediate_size", in: 1...1 << 22, or: min(1 << 22, 4 * hidden)),
            layers: layers, heads: heads, kvHeads: kvHeads, headDim: headDim,
            vocabularySize: try fields.number("vocabulary_size", in: 1...1 << 22, or: 32_000),
            normEpsilon: try fields.real("norm_epsilon") ?? 1e-5,
            ropeTheta: try fields.real("rope_theta") ?? 10_000,
            maxPositions: try fields.number("max_positions", in: 1...1 << 30, or: 4096),
            tiesEmbeddings: try fields.flag("ties_embeddings", or: false), dmc: try DMCSettings(fields),
            conversion: fields.has("conversion") ? try fields.text("conversion") : nil)
    }
}

extension DMCSettings {
    fileprivate init?(_ fields: ImportFields) throws {
        guard fields.has("dmc_window") else { return nil }
        let settings = DMCSettings()
        let initial = try fields.real("dmc_initial_value").map { Float($0) } ?? settings.initialValue
        guard initial.isFinite else {
            throw fields.error("dmc_initial_value", expected: "a number", found: "\(initial)")
        }
        self.init(
            window: try fields.number("dmc_window", in: 0...65_536), initialValue: initial,
            targetRatio: try fields.real("dmc_target_ratio"))
    }
}
