import Descriptions
import Files
import Foundation
import Inference

/// Measures decoding and prefill of one model.
struct InferenceBench {
    private let model: BenchModel
    private let llama: LlamaModel
    private let engine: Engine
    private let cost: InferenceCost
    private let limits: MachineLimits

    /// Loads the model, or makes it.
    init(_ model: BenchModel, limits: MachineLimits) throws {
        self.model = model
        self.limits = limits
        llama = try model.load()
        engine = Engine(llama, threads: limits.threads, arithmetic: model.arithmetic)
        cost = InferenceCost(llama.configuration, elementType: model.elementType)
    }

    /// Tokens a second that `batch` sequences of about `context` tokens decode together.
    /// - Throws: `BenchSkipped` where their caches do not fit into the memory that is free.
    func decode(batch: Int, context: Int) throws -> BenchResult {
        let slots = self.slots(context)
        let needed = Double(batch) * cost.cacheBytes(slots: slots)
        guard needed < 0.7 * Double(Self.availableMemory) else { throw BenchSkipped.memory(bytes: Int(needed)) }
        let sequences = try self.sequences(batch, context: context)
        let tokens = (0..<batch).map { 7 + 13 * $0 }
        // Few steps: the context grows by them.
        let (seconds, runs) = Stopwatch.median(seconds: 0.7, most: 24) { _ = engine.decode(tokens, of: sequences) }
        let grown = Double(sequences[0].position - context) / 2
        let work = cost.decode(batch: batch, slots: slots + grown * slots / Double(context))
        let least = limits.least(work, model.arithmetic)
        return BenchResult(
            name: "decode/\(model.name)/batch=\(batch)/context=\(context)", rate: Double(batch) / seconds,
            unit: "tokens", runs: runs, limit: least.limit, limitRate: Double(batch) / least.seconds)
    }

    /// Prompt tokens a second of a prompt of so many tokens, as prompts are run: in parallel chunks.
    func prefill(tokens count: Int) throws -> BenchResult {
        let tokens = (0..<count).map { 7 + 13 * $0 % 251 }
        let (seconds, runs) = try Stopwatch.median(seconds: 1.5, most: 20) {
            let sequence = DecodingSequence(cache: try llama.makeCache(model.policy))
            engine.prefill(tokens, into: sequence, logits: .last) { _, _, _ in }
        }
        let least = limits.least(
            cost.prefill(tokens: count, ratio: model.hasDMC ? BenchModel.ratio : 1), model.arithmetic)
        return BenchResult(
            name: "prefill/\(model.name)/tokens=\(count)/parallel", rate: Double(count) / seconds, unit: "tokens",
            runs: runs, limit: least.limit, limitRate: Double(count) / least.seconds)
    }

    /// The same for a prompt that is run token by token: the rate in its middle.
    func prefillByToken(tokens count: Int) throws -> BenchResult {
        let sequences = try self.sequences(1, context: count / 2)
        let (seconds, runs) = Stopwatch.median(seconds: 0.7, most: 24) { _ = engine.decode([7], of: sequences) }
        let least = limits.least(cost.decode(batch: 1, slots: slots(count / 2)), model.arithmetic)
        return BenchResult(
            name: "prefill/\(model.name)/tokens=\(count)/by-token", rate: 1 / seconds, unit: "tokens", runs: runs,
            limit: least.limit, limitRate: 1 / least.seconds)
    }

    private func slots(_ context: Int) -> Double {
        model.hasDMC ? (Double(context) / BenchModel.ratio).rounded(.up) : Double(context)
    }

    private func sequences(_ count: Int, context: Int) throws -> [DecodingSequence] {
        try (0..<count).map { _ in
            let sequence = DecodingSequence(cache: try llama.makeCache(model.policy))
            sequence.imaginePast(tokens: context, slots: Int(slots(context)))
            return sequence
        }
    }

    /// Bytes that the system could still give.
    private static var availableMemory: Int {
        let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix("MemAvailable:") }?.split(separator: " ") ?? []
        return line.count > 1 ? (Int(line[1]) ?? 0) * 1024 : .max
    }
}

/// Why something is not measured.
enum BenchSkipped: Error, CustomStringConvertible {
    /// It needs so many bytes of memory, and they are not free.
    case memory(bytes: Int)

    var description: String {
        switch self {
        case .memory(let bytes): "needs \(fixed(Double(bytes) / 1e9, 1)) GB of memory for its caches"
        }
    }
}
