import Capacity
import Descriptions
import TestSupport
import Traces

/// A request on models and GPUs that come with Headroom, everything else as a test needs it.
func request(
    _ model: String = "llama-2-13b", _ gpu: String = "h100-sxm", prompt: Int = 3072, new: Int = 1024,
    change: (inout PlanRequest) throws -> Void = { _ in }
) throws -> PlanRequest {
    var request = PlanRequest(
        model: try .named(model), gpu: try .named(gpu), promptTokens: prompt, newTokens: new)
    try change(&request)
    return request
}

/// The row of one variant.
func row(
    _ word: String, _ model: String = "llama-2-13b", _ gpu: String = "h100-sxm", prompt: Int = 3072, new: Int = 1024,
    change: (inout PlanRequest) throws -> Void = { _ in }
) throws -> PlanRow {
    let request = try request(model, gpu, prompt: prompt, new: new, change: change)
    return try Planner(request).plan(for: PlanVariant(word)).row()
}

/// A made-up recording of 4 layers and 6 heads: prompts of different lengths whose heads merge at different rates.
func sampleTrace(prompts: Int = 12, tokens: ClosedRange<Int> = 200...400) throws -> RecordedTrace {
    let header = SampleTrace.header(layers: 4, kvHeads: 6)
    var numbers = SeededNumbers(seed: 4)
    return try RecordedTrace(
        header: header,
        prompts: (0..<prompts).map { index in
            let length = Int.random(in: tokens, using: &numbers)
            return prompt("p\(index)", tokens: length, header: header, numbers: &numbers)
        })
}

private func prompt(
    _ id: String, tokens: Int, header: TraceHeader, numbers: inout SeededNumbers
) -> PromptTrace {
    let shape = header.configuration
    var bits = DecisionBits(layers: shape.layers, kvHeads: shape.kvHeads, tokens: tokens)
    let mood = 0.5 + 0.5 * numbers.unit()
    for layer in 0..<shape.layers {
        for head in 0..<shape.kvHeads {
            let rate = mood * Double((layer * 5 + head * 7) % 11) / 11
            for t in 1..<tokens { bits[layer, head, t] = numbers.unit() < rate }
        }
    }
    return PromptTrace(
        id: id, promptTokens: tokens / 2, decisions: bits,
        negativeLogLikelihoods: Array(repeating: 1, count: tokens - 1), tokenDigest: Array(repeating: 0, count: 32))
}
