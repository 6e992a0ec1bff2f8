import Descriptions
import Files
import Inference
import Recording
import Reports

/// What `generate` prints: what was written, and what the cache held.
public struct GenerationReport: Encodable {
    private let command = "generate"
    private let version = Release.version
    private let model: String
    private let fingerprint: String
    private let policy: String
    private let sampling: String
    private let seed: UInt64
    private let prompts: [TextGeneration]
    private let prefillTokensPerSecond: Double?
    private let decodeTokensPerSecond: Double?
    private let decodeWeightBytesPerSecond: Double?
    private let peakResidentBytes: Int
    private let fullSlots: Int

    /// The report on `texts`, which `model` wrote under `options`.
    public init(_ texts: [TextGeneration], timing: RunTiming, model: LoadedModel, options: RunOptions) {
        self.model = model.checkpoint.name
        fingerprint = model.checkpoint.fingerprint
        policy = options.policy.description
        sampling = options.sampling.description
        seed = options.seed
        prompts = texts
        prefillTokensPerSecond = timing.promptRate
        decodeTokensPerSecond = timing.decodeRate
        decodeWeightBytesPerSecond = timing.decodeWeightRate
        peakResidentBytes = PeakMemory.residentBytes
        let shape = model.llama.configuration
        fullSlots = texts.reduce(0) { $0 + $1.tokens.count } * shape.layers * shape.kvHeads
    }

    /// As JSON.
    public func json() throws -> String { try JSONText.text(self, snakeCase: true) }

    /// For people: the texts, unless they were `streamed` already, then the figures.
    public func text(streamed: Bool) -> String {
        let bodies =
            streamed ? [""] : prompts.map { "== \($0.id)\n\($0.text ?? "\($0.tokens.dropFirst($0.promptTokens))")\n" }
        return (bodies + ["", figures]).joined(separator: "\n")
    }

    private var figures: String {
        let slots = prompts.reduce(0) { $0 + $1.slotsInAll }
        let lines =
            [
                "headroom \(version) generate: \(model) under \(policy), \(sampling), seed \(seed), checkpoint \(fingerprint.prefix(16))"
            ]
            + speedLines(
                prefill: prefillTokensPerSecond, decode: decodeTokensPerSecond, weights: decodeWeightBytesPerSecond,
                peak: peakResidentBytes)
            + [
                "kept \(slots) of \(fullSlots) slots, compression ratio "
                    + fixed(Double(fullSlots) / Double(max(1, slots)), 3)
            ]
        return lines.joined(separator: "\n")
    }
}
