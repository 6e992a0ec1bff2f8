import Comparison
import Descriptions
import Traces

/// A made-up run of prompts "a" and "b", of 4 and 3 tokens, on a model of one layer with two heads of width 4.
package func comparedRun(
    _ word: String = "full", name: String? = nil, drops: [[Int]] = [[0, 0], [0, 0]],
    losses: [[Float]] = [[1, 2, 3], [1, 1]], shape change: (inout ModelConfiguration) -> Void = { _ in },
    header changeHeader: (inout TraceHeader) -> Void = { _ in }, budget: String? = nil
) throws -> ComparedRun {
    var shape = ModelConfiguration(
        hiddenSize: 8, intermediateSize: 8, layers: 1, heads: 2, kvHeads: 2, headDim: 4, vocabularySize: 9,
        maxPositions: 256)
    change(&shape)
    var header = TraceHeader(
        model: "sample", configuration: shape, checkpointFingerprint: "c", tokenizerFingerprint: "t",
        policy: try CachePolicy(word), kernelSet: "plain", promptListDigest: "d")
    changeHeader(&header)
    let prompts = losses.enumerated().map { index, losses in
        comparedPrompt(["a", "b"][index], losses, drops: drops[index], shape, evicts: header.policy.evicts)
    }
    return ComparedRun(name: name ?? word, header: header, prompts: prompts, budget: budget)
}

/// A prompt that scored `losses`; head h drops its first `drops[h]` tokens, one after each of the last ones.
private func comparedPrompt(
    _ id: String, _ losses: [Float], drops: [Int], _ shape: ModelConfiguration, evicts: Bool
) -> PromptTrace {
    let tokens = losses.count + 1
    var log = EvictionLog(layers: shape.layers, kvHeads: shape.kvHeads)
    for head in 0..<shape.kvHeads {
        log[0, head] = (0..<drops[head]).map { EvictionLog.Drop(token: tokens - drops[head] + $0, position: $0) }
    }
    return PromptTrace(
        id: id, promptTokens: tokens,
        decisions: DecisionBits(layers: shape.layers, kvHeads: shape.kvHeads, tokens: tokens),
        evictions: evicts ? log : nil, negativeLogLikelihoods: losses,
        tokenDigest: PromptTrace.digest(of: Array(0..<tokens)))
}
