import Descriptions
import Foundation
import Traces

extension InspectReport {
    /// The report as one JSON object; a prompt a line, so that a long recording need not be in memory at once.
    /// - Throws: what `output` throws; the trace's errors.
    public func writeJSON(command: String, to output: (String) throws -> Void) throws {
        try output("{\n")
        for (name, value) in fields(command: command) { try output("  \"\(name)\": \(value),\n") }
        try output("  \"prompts\": [")
        var separator = "\n    "
        try reader.forEachPrompt { prompt in
            try output(
                separator + Self.text(InspectedPrompt(prompt, withDecisions: showsDecisions, keptAfter: keptAfter)))
            separator = ",\n    "
        }
        try output(summary.prompts.isEmpty ? "]\n}\n" : "\n  ]\n}\n")
    }

    private func fields(command: String) -> [(String, String)] {
        [
            ("headroom", Self.text(Release.version)), ("command", Self.text(command)),
            ("finished", Self.text(reader.isFinished)), ("torn_bytes", Self.text(reader.tornBytes)),
            ("digest", Self.text(reader.digest)),
        ] + headerFields + summaryFields + profileFields + [("size", Self.text(InspectedSize(size)))]
            + (keptAfter.map { [("kept_after", Self.text($0))] } ?? [])
    }

    private var headerFields: [(String, String)] {
        let header = reader.header
        let shape = header.configuration
        return [
            ("model", Self.text(header.model)), ("policy", Self.text(header.policy.description)),
            ("layers", Self.text(shape.layers)), ("kv_heads", Self.text(shape.kvHeads)),
            ("heads", Self.text(shape.heads)), ("head_dim", Self.text(shape.headDim)),
            ("hidden_size", Self.text(shape.hiddenSize)), ("intermediate_size", Self.text(shape.intermediateSize)),
            ("vocabulary_size", Self.text(shape.vocabularySize)), ("norm_epsilon", Self.text(shape.normEpsilon)),
            ("rope_theta", Self.text(shape.ropeTheta)), ("max_positions", Self.text(shape.maxPositions)),
            ("ties_embeddings", Self.text(shape.tiesEmbeddings)), ("conversion", Self.text(shape.conversion)),
            ("dmc_window", Self.text(shape.dmc?.window)),
            ("dmc_initial_value", Self.text(shape.dmc?.initialValue)),
            ("dmc_target_ratio", Self.text(shape.dmc?.targetRatio)),
            ("decision_rule", Self.text(header.decisionRule.rawValue)),
            ("arithmetic", Self.text(header.arithmetic.rawValue)), ("kernels", Self.text(header.kernelSet)),
            ("sampling", Self.text(header.sampling)), ("seed", Self.text(header.seed)),
            ("max_new_tokens", Self.text(header.maxNewTokens)),
            ("checkpoint", Self.text(header.checkpointFingerprint)),
            ("tokenizer", Self.text(header.tokenizerFingerprint)),
            ("prompt_list", Self.text(header.promptListDigest)), ("keeps_tokens", Self.text(header.keepsTokens)),
            ("shard", Self.text(header.shard?.description)),
        ] + (header.compressesDecisions ? [("compressed", Self.text(true))] : [])
    }

    private var summaryFields: [(String, String)] {
        let isEmpty = summary.prompts.isEmpty
        return [
            ("tokens", Self.text(summary.tokens)), ("prompt_tokens", Self.text(summary.promptTokens)),
            ("compression_ratio", Self.text(isEmpty ? nil : summary.compressionRatio)),
            ("prompt_compression_ratio", Self.text(isEmpty ? nil : summary.promptCompressionRatio)),
            ("generated_compression_ratio", Self.text(summary.generatedCompressionRatio)),
            ("layer_compression_ratios", Self.text(isEmpty ? [] : summary.layerRatios)),
            ("head_compression_ratios", Self.text(summary.headRatios)),
            ("head_spreads", Self.text(summary.heads.map { $0.map { InspectedSpread($0.spread) } })),
            ("mean_nll", Self.text(summary.meanNegativeLogLikelihood)),
            ("prompt_mean_nll", Self.text(summary.promptNegativeLogLikelihood)),
            ("generated_mean_nll", Self.text(summary.generatedNegativeLogLikelihood)),
        ]
    }

    private var profileFields: [(String, String)] {
        let tokens = profile.ranked().map {
            InspectedToken(token: $0.token, text: names?.text($0.token), places: $0.occurrences, rate: $0.rate)
        }
        return [
            ("segment_lengths", Self.text(InspectedSegments(profile))),
            ("positions", Self.text(InspectedPositions(profile))),
            ("vocabulary", Self.text(reader.header.keepsTokens ? tokens : nil)),
        ]
    }

    private static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // A trace holds only finite numbers and text, which the encoder never refuses.
        guard let data = try? encoder.encode(value) else { preconditionFailure("a trace holds finite numbers") }
        return String(decoding: data, as: UTF8.self)
    }
}

/// A prompt's form in JSON.
private struct InspectedPrompt: Encodable {
    let id: String
    let promptTokens: Int
    let tokens: Int
    let promptSlots: [[Int]]
    let slots: [[Int]]
    let compressionRatio: Double
    let meanNll: Double?
    var tokenDigest: String?
    var tokenIds: [Int]?
    var nll: [Float]?
    var decisions: [[String]]?
    var evictions: [[Int]]?
    /// Positions held after as many tokens as were asked for, `[layers][kvHeads]`.
    var kept: [[[Int]]]?

    init(_ prompt: PromptTrace, withDecisions: Bool, keptAfter: Int?) {
        let figures = PromptSummary(prompt)
        id = figures.id
        promptTokens = figures.promptTokens
        tokens = figures.tokens
        promptSlots = figures.promptSlots
        slots = figures.slots
        compressionRatio = figures.compressionRatio
        meanNll = figures.meanNegativeLogLikelihood
        let bits = prompt.decisions
        kept = keptAfter.map { count in
            (0..<bits.layers).map { layer in
                (0..<bits.kvHeads).map { prompt.kept(layer: layer, kvHead: $0, after: min(count, prompt.tokens)) }
            }
        }
        guard withDecisions else { return }
        tokenDigest = prompt.tokenDigest.hexadecimal
        tokenIds = prompt.tokenIDs
        nll = prompt.negativeLogLikelihoods
        evictions = prompt.evictions?.events
        decisions = (0..<bits.layers).map { layer in
            (0..<bits.kvHeads).map { bits.digits(layer: layer, kvHead: $0) }
        }
    }
}

/// A head's spread over prompts in JSON.
private struct InspectedSpread: Encodable {
    let mean: Double
    let min: Double
    let max: Double
    let coefficientOfVariation: Double

    init(_ spread: RatioSpread) {
        mean = spread.mean
        min = spread.minimum
        max = spread.maximum
        coefficientOfVariation = spread.coefficientOfVariation
    }
}

/// A trace's bytes in JSON.
private struct InspectedSize: Encodable {
    let fileBytes: Int
    let decisions: Int
    let decisionBytes: Int
    let likelihoodBytes: Int
    let drops: Int
    let evictionBytes: Int
    let tokenBytes: Int
    let framingBytes: Int
    let decisionBytesPerDecision: Double?
    let fileBytesPerDecision: Double?

    init(_ size: TraceSize) {
        fileBytes = size.fileBytes
        decisions = size.decisions
        decisionBytes = size.decisionBytes
        likelihoodBytes = size.likelihoodBytes
        drops = size.drops
        evictionBytes = size.evictionBytes
        tokenBytes = size.tokenBytes
        framingBytes = size.framingBytes
        decisionBytesPerDecision = size.decisionBytesPerDecision
        fileBytesPerDecision = size.bytesPerDecision
    }
}
