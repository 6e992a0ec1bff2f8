/// A recording in figures. A compression ratio is always Σ tokens / Σ slots over what it speaks of, never a mean of
/// ratios. A recording without prompts compresses nothing: its ratios are 1.
public struct TraceSummary: Equatable, Sendable {
    /// Layers of the model.
    public let layers: Int
    /// KV heads a layer.
    public let kvHeads: Int
    /// Every prompt, in order.
    public let prompts: [PromptSummary]
    /// Every head's figures, `[layers][kvHeads]`; empty without a prompt.
    public let heads: [[HeadSummary]]

    /// The figures of the prompts of a recording with this header.
    public init(header: TraceHeader, prompts: [PromptTrace]) {
        self.init(header: header, prompts: prompts.map(PromptSummary.init))
    }

    /// The figures of prompts that were summed up one by one.
    public init(header: TraceHeader, prompts: [PromptSummary]) {
        let shape = header.configuration
        layers = shape.layers
        kvHeads = shape.kvHeads
        self.prompts = prompts
        heads =
            prompts.isEmpty
            ? []
            : (0..<shape.layers).map { layer in
                (0..<shape.kvHeads).map { HeadSummary(layer: layer, kvHead: $0, of: prompts) }
            }
    }

    /// The figures of a trace on disk, all of it checked. Only one prompt's decisions are in memory at a time.
    /// - Throws: as `TraceReader.forEachPrompt`.
    public init(_ reader: TraceReader) throws {
        var prompts: [PromptSummary] = []
        try reader.forEachPrompt { prompts.append(PromptSummary($0)) }
        self.init(header: reader.header, prompts: prompts)
    }
}

extension TraceSummary {
    /// Tokens of all prompts, given and generated.
    public var tokens: Int { prompts.reduce(0) { $0 + $1.tokens } }

    /// Tokens that were given.
    public var promptTokens: Int { prompts.reduce(0) { $0 + $1.promptTokens } }

    /// Tokens that were generated.
    public var generatedTokens: Int { tokens - promptTokens }

    /// Slots of all heads at the end, over all prompts.
    public var slots: Int { prompts.reduce(0) { $0 + $1.totalSlots } }

    /// Tokens over slots, over all heads and prompts.
    public var compressionRatio: Double { slots == 0 ? 1 : Double(tokens * layers * kvHeads) / Double(slots) }

    /// Tokens over slots of the given parts.
    public var promptCompressionRatio: Double {
        let slots = prompts.reduce(0) { $0 + $1.totalPromptSlots }
        return slots == 0 ? 1 : Double(promptTokens * layers * kvHeads) / Double(slots)
    }

    /// Generated tokens over the slots they added; nil where none was generated, or none added.
    public var generatedCompressionRatio: Double? {
        let added = prompts.reduce(0) { $0 + $1.totalSlots - $1.totalPromptSlots }
        return added <= 0 ? nil : Double(generatedTokens * layers * kvHeads) / Double(added)
    }

    /// Tokens over slots of every layer, over all prompts.
    public var layerRatios: [Double] {
        (0..<layers).map { layer in
            let slots = prompts.reduce(0) { $0 + $1.slots[layer].reduce(0, +) }
            return slots == 0 ? 1 : Double(tokens * kvHeads) / Double(slots)
        }
    }

    /// Tokens over slots of every head, over all prompts, `[layers][kvHeads]`; empty without a prompt.
    public var headRatios: [[Double]] { heads.map { $0.map(\.compressionRatio) } }

    /// Heads from the most compressed to the least; equal ones in order of layer and head.
    public var mostCompressedHeads: [HeadSummary] {
        heads.joined().enumerated()
            .sorted { ($1.element.compressionRatio, $0.offset) < ($0.element.compressionRatio, $1.offset) }
            .map(\.element)
    }

    /// How the compression of whole prompts varies; nil without a prompt.
    public var promptSpread: RatioSpread? {
        prompts.isEmpty ? nil : RatioSpread(prompts.map(\.compressionRatio))
    }

    /// Mean negative log-likelihood in nats over all predicted tokens (not over prompts); nil where none was predicted.
    public var meanNegativeLogLikelihood: Double? {
        mean(prompts.reduce(0) { $0 + $1.likelihoodSum }, prompts.reduce(0) { $0 + $1.tokens - 1 })
    }

    /// The same over the predicted tokens among the given ones.
    public var promptNegativeLogLikelihood: Double? {
        mean(prompts.reduce(0) { $0 + $1.promptLikelihoodSum }, prompts.reduce(0) { $0 + $1.promptTokens - 1 })
    }

    /// The same over the generated tokens.
    public var generatedNegativeLogLikelihood: Double? {
        mean(prompts.reduce(0) { $0 + $1.likelihoodSum - $1.promptLikelihoodSum }, generatedTokens)
    }

    private func mean(_ sum: Double, _ count: Int) -> Double? { count == 0 ? nil : sum / Double(count) }
}

extension HeadSummary {
    /// The figures of one head over at least one prompt.
    fileprivate init(layer: Int, kvHead: Int, of prompts: [PromptSummary]) {
        self.layer = layer
        self.kvHead = kvHead
        let slots = prompts.reduce(0) { $0 + $1.slots[layer][kvHead] }
        compressionRatio = Double(prompts.reduce(0) { $0 + $1.tokens }) / Double(slots)
        spread = RatioSpread(prompts.map { $0.compressionRatio(layer: layer, kvHead: kvHead) })
    }
}
