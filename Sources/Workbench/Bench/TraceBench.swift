import Descriptions
import Files
import Foundation
import Traces

/// Measures the trace file and its replay, on made-up decisions: each head merges at a rate of its own.
final class TraceBench {
    private let prompts: [PromptTrace]
    private let folder: String

    private static let shape = ModelConfiguration(
        hiddenSize: 4096, intermediateSize: 11008, layers: 32, heads: 32, kvHeads: 32, headDim: 128,
        vocabularySize: 32_000, maxPositions: 4096, dmc: DMCSettings())
    private static let pageSlots = 16

    /// Makes the decisions of some prompts; files go below `folder`.
    init(folder: String) {
        self.folder = folder
        prompts = (0..<4).map { Self.prompt($0, tokens: 4096) }
    }

    private var decisions: Double {
        Double(prompts.reduce(0) { $0 + $1.tokens * Self.shape.layers * Self.shape.kvHeads })
    }

    /// All that is measured here.
    var rows: [BenchRow] {
        [
            BenchRow(name: "trace/write", measure: write),
            BenchRow(name: "trace/scan", measure: scan),
            BenchRow(name: "trace/scan-compressed", measure: scanCompressed),
            BenchRow(name: "trace/size-compressed", isOnce: true, measure: size),
            BenchRow(name: "trace/replay", limits: .memory, measure: replay),
        ]
    }

    /// Decisions a second that are written, and on the disk in the end; beside as many bytes that are only written.
    private func write() throws -> BenchResult {
        try record(compressed: false)
        let bytes = try MappedFile.contents(of: path(compressed: false))
        let pairs = try Stopwatch.pairs(
            4, { try record(compressed: false) }, { try AtomicFile.write(bytes, to: "\(folder)/bytes") })
        return BenchResult(
            name: "trace/write", pairs: pairs, units: decisions, of: "decisions", limit: .disk)
    }

    /// Decisions a second that are read back, all checksums checked; beside these of as many bytes.
    private func scan() throws -> BenchResult {
        let reader = try reader(compressed: false)
        let bytes = try MappedFile.contents(of: path(compressed: false))
        func checks() -> [UInt8] { Digest.sha256(bytes) + [UInt8(truncatingIfNeeded: Checksum.crc32(bytes))] }
        try reader.forEachPrompt { _ in }
        let first = checks()
        let pairs = try Stopwatch.pairs(
            20, { try reader.forEachPrompt { _ in } },
            { precondition(checks() == first, "the same bytes have the same checksums") })
        return BenchResult(name: "trace/scan", pairs: pairs, units: decisions, of: "decisions", limit: .checksum)
    }

    /// The same of compressed blocks: what takes the time is their decoding, which nothing bounds that is measured here.
    private func scanCompressed() throws -> BenchResult {
        let reader = try reader(compressed: true)
        let times = try Stopwatch.times(seconds: 0.15, runs: 3...9) { try reader.forEachPrompt { _ in } }
        return BenchResult(name: "trace/scan-compressed", seconds: times, units: decisions, of: "decisions")
    }

    /// A reader of the trace, which is written where it is not there yet.
    private func reader(compressed: Bool) throws -> TraceReader {
        let path = path(compressed: compressed)
        if !FileManager.default.fileExists(atPath: path) { try record(compressed: compressed) }
        return try TraceReader(path: path)
    }

    /// Decisions a byte of compressed blocks, beside as many as the entropy of every head allows.
    private func size() throws -> BenchResult {
        try record(compressed: true)
        let size = try TraceReader(path: path(compressed: true)).size()
        return BenchResult(
            name: "trace/size-compressed", rounds: [.init(rates: [decisions / Double(size.decisionBytes)])],
            unit: "decisions/byte", limit: .entropy,
            limitRate: 8 * decisions / prompts.reduce(0) { $0 + $1.decisions.entropyBits })
    }

    /// Decisions a second, on one core, out of which the pages in use after every token come, summed over the heads:
    /// from plain bits in memory.
    private func replay() -> BenchResult {
        var sum = 0
        let times = Stopwatch.times(seconds: 0.15, runs: 3...333) {
            for prompt in prompts { sum &+= prompt.decisions.pagesInUse(pageSlots: Self.pageSlots).last ?? 0 }
        }
        precondition(sum != 0, "decisions open pages")
        return BenchResult(
            name: "trace/replay", seconds: times, units: decisions, of: "decisions",
            needs: BenchNeeds(bytes: decisions / 8, isOneCore: true))
    }

    private func path(compressed: Bool) -> String { "\(folder)/\(compressed ? "compressed" : "plain").hrt" }

    private func record(compressed: Bool) throws {
        let header = TraceHeader(
            model: "bench", configuration: Self.shape, checkpointFingerprint: "", tokenizerFingerprint: "",
            policy: .dmc, kernelSet: "none", promptListDigest: "", compressesDecisions: compressed)
        let writer = try TraceWriter.create(path: path(compressed: compressed), header: header, force: true)
        for prompt in prompts { try writer.append(prompt) }
        try writer.finish()
    }

    private static func prompt(_ index: Int, tokens: Int) -> PromptTrace {
        var source = RandomSource(seed: 1, stream: index)
        let (heads, perHead) = (shape.layers * shape.kvHeads, DecisionBits.words(tokens: tokens))
        var words = [UInt64](repeating: 0, count: heads * perHead)
        for head in 0..<heads {
            // One to eighteen tokens a slot, as the bundled model has them.
            let ratio = 1 + 17 * Double(head % 32) / 31
            let limit = UInt64((1 - 1 / ratio) * 0x1p32)
            for token in 1..<tokens where source.next() >> 32 < limit {
                words[head * perHead + token / 64] |= 1 << UInt64(token % 64)
            }
        }
        return PromptTrace(
            id: "\(index)", promptTokens: tokens,
            decisions: DecisionBits(layers: shape.layers, kvHeads: shape.kvHeads, tokens: tokens, words: words),
            negativeLogLikelihoods: [Float](repeating: 1, count: tokens - 1),
            tokenDigest: [UInt8](repeating: 0, count: 32))
    }
}

extension DecisionBits {
    /// Σ over heads of tokens · H(share of merges), in bits: what decisions that hang together in nothing but their
    /// head's rate cannot be stored in less than.
    fileprivate var entropyBits: Double {
        finalSlots.joined().reduce(0) { sum, slots in
            let share = Double(slots) / Double(tokens)
            return share == 1 ? sum : sum - Double(tokens) * (share * log2(share) + (1 - share) * log2(1 - share))
        }
    }
}
