import Descriptions
import Traces

/// A small made-up recording: the same at every run.
package enum SampleTrace {
    /// A DMC model of this shape and what else a header says.
    package static func header(
        layers: Int = 2, kvHeads: Int = 2, keepsTokens: Bool = false, compresses: Bool = false
    ) -> TraceHeader {
        TraceHeader(
            model: "sample",
            configuration: ModelConfiguration(
                hiddenSize: 64, intermediateSize: 128, layers: layers, heads: 2 * kvHeads, kvHeads: kvHeads,
                headDim: 16, vocabularySize: 512, maxPositions: 1024,
                dmc: DMCSettings(window: 12, initialValue: 5, targetRatio: 4)),
            checkpointFingerprint: String(repeating: "c", count: 64),
            tokenizerFingerprint: String(repeating: "7", count: 64), policy: .dmc, kernelSet: "plain",
            maxNewTokens: 32, promptListDigest: String(repeating: "1", count: 64), keepsTokens: keepsTokens,
            compressesDecisions: compresses)
    }

    /// A prompt of so many tokens; under DMC head (l, h) appends about one token in l + h + 1.
    package static func prompt(
        _ id: String, tokens: Int, promptTokens: Int? = nil, header: TraceHeader = header()
    ) -> PromptTrace {
        let shape = header.configuration
        var numbers = SeededNumbers(seed: UInt64(1000 * tokens + id.utf8.count))
        var bits = DecisionBits(layers: shape.layers, kvHeads: shape.kvHeads, tokens: tokens)
        for layer in 0..<shape.layers {
            for head in 0..<shape.kvHeads {
                for t in 1..<max(1, tokens) {
                    let merges = numbers.next() % UInt64(layer + head + 1) != 0
                    bits[layer, head, t] = merges && header.policy == .dmc
                }
            }
        }
        let ids = (0..<tokens).map { _ in Int(numbers.next() % UInt64(shape.vocabularySize)) }
        return PromptTrace(
            id: id, promptTokens: promptTokens ?? tokens, decisions: bits,
            negativeLogLikelihoods: (0..<tokens - 1).map { _ in Float(numbers.next() % 4096) / 512 },
            tokenDigest: PromptTrace.digest(of: ids), tokenIDs: header.keepsTokens ? ids : nil)
    }

    /// Three prompts: one of more than a word of decisions, one of a single token, one that generated.
    package static func prompts(header: TraceHeader = header()) -> [PromptTrace] {
        [
            prompt("first", tokens: 70, header: header), prompt("zweiter: é", tokens: 1, header: header),
            prompt("third", tokens: 9, promptTokens: 6, header: header),
        ]
    }

    /// Writes a recording.
    package static func write(
        _ prompts: [PromptTrace], header: TraceHeader = header(), to path: String, finished: Bool = true
    ) throws {
        let writer = try TraceWriter.create(path: path, header: header, force: true)
        for prompt in prompts { try writer.append(prompt) }
        if finished { try writer.finish() }
    }
}
