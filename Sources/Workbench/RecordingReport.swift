import Descriptions
import Files
import Foundation
import Recording
import Reports
import Traces

/// What `record` prints when it is done: figures of the trace, and of this run.
public struct RecordingReport: Encodable {
    private let command = "record"
    private let version = Release.version
    private let trace: String
    private let model: String
    private let fingerprint: String
    private let policy: String
    private let arithmetic: ArithmeticMode
    private let untested: Bool
    private let seed: UInt64
    private let prompts: Int
    private let earlierPrompts: Int
    private let tokens: Int
    private let generatedTokens: Int
    private let maxNewTokens: Int
    private let compressionRatio: Double
    private let meanNll: Double?
    private let fileBytes: Int
    private let decisionBytes: Int
    private let likelihoodBytes: Int
    private let drops: Int
    private let evictionBytes: Int
    private let tokenBytes: Int
    private let framingBytes: Int
    private let bytesPerDecision: Double?
    /// Of this run alone; nil where it had nothing to do.
    private let nearTies: Int
    private let decisionsRecorded: Int
    private let prefillTokensPerSecond: Double?
    private let decodeTokensPerSecond: Double?
    private let decodeWeightBytesPerSecond: Double?
    private let peakResidentBytes: Int

    /// The report on the finished trace at `tracePath`, to which `summary` is what the last run did.
    /// - Throws: as `TraceReader`.
    public init(_ summary: RecordingSummary, tracePath: String) throws {
        let reader = try TraceReader(path: tracePath)
        let (figures, size) = (try TraceSummary(reader), try reader.size())
        trace = tracePath
        model = reader.header.model
        fingerprint = reader.header.checkpointFingerprint
        policy = reader.header.policy.description
        arithmetic = reader.header.arithmetic
        untested = reader.header.policy.readsPromptsWhole && figures.generatedTokens == 0
        seed = reader.header.seed
        prompts = summary.prompts
        earlierPrompts = summary.earlierPrompts
        tokens = figures.tokens
        generatedTokens = figures.generatedTokens
        maxNewTokens = reader.header.maxNewTokens
        compressionRatio = figures.compressionRatio
        meanNll = figures.meanNegativeLogLikelihood
        fileBytes = size.fileBytes
        decisionBytes = size.decisionBytes
        likelihoodBytes = size.likelihoodBytes
        drops = size.drops
        evictionBytes = size.evictionBytes
        tokenBytes = size.tokenBytes
        framingBytes = size.framingBytes
        bytesPerDecision = size.bytesPerDecision
        nearTies = summary.nearTies
        decisionsRecorded = summary.decisions
        prefillTokensPerSecond = summary.timing.promptRate
        decodeTokensPerSecond = summary.timing.decodeRate
        decodeWeightBytesPerSecond = summary.timing.decodeWeightRate
        peakResidentBytes = PeakMemory.residentBytes
    }

    /// As JSON.
    public func json() throws -> String { try JSONText.text(self, snakeCase: true) }

    /// For people.
    public func text() -> String {
        var lines = [
            "headroom \(version) record: \(model) under \(policy), seed \(seed), checkpoint \(fingerprint.prefix(16))"
        ]
        lines.append(
            "\(trace): \(prompts) prompts, \(tokens) tokens, \(generatedTokens) of them "
                + (maxNewTokens == 0 && generatedTokens > 0 ? "fed behind what was given" : "generated"))
        if prompts == 0 { lines.append("no prompt falls to this shard: it is needed for the merge all the same") }
        if earlierPrompts > 0 { lines.append("\(earlierPrompts) of the prompts were there already") }
        lines.append("compression ratio \(fixed(compressionRatio, 3))")
        if let meanNll { lines.append("negative log-likelihood \(fixed(meanNll, 4)) nats a token") }
        let perDecision = bytesPerDecision.map { ", \(fixed($0, 3)) a decision" } ?? ""
        lines.append(
            "\(fileBytes) bytes\(perDecision): decisions \(decisionBytes), likelihoods \(likelihoodBytes), "
                + (drops > 0 ? "evictions \(evictionBytes) for \(drops) drops, " : "")
                + (tokenBytes > 0 ? "token ids \(tokenBytes), " : "") + "framing \(framingBytes)")
        lines += speedLines(
            prefill: prefillTokensPerSecond, decode: decodeTokensPerSecond, weights: decodeWeightBytesPerSecond,
            peak: peakResidentBytes)
        lines += untestedLines(policy, isUntested: untested)
        lines += nearTieLines(policy, arithmetic, ties: nearTies, of: decisionsRecorded)
        return lines.joined(separator: "\n")
    }
}
