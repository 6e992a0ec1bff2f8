import Checkpoints
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

    /// Seconds that the runs of a round take together.
    private static let wanted = 0.3

    /// Loads the model over `weights`, which `BenchWeights.make` made; it runs on `threads` threads.
    init(_ model: BenchModel, weights: (any WeightSource)?, threads: Int) throws {
        self.model = model
        llama = try model.load(weights)
        engine = Engine(llama, threads: threads, arithmetic: model.arithmetic)
        cost = InferenceCost(llama.configuration, elementType: model.weights.elementType)
        // Weights that no one has read yet are not in this process's memory.
        _ = engine.decode([7], of: try sequences(1, context: 1))
    }

    /// Tokens a second that `batch` sequences of about `context` tokens decode together.
    /// - Throws: `BenchSkipped` where their caches do not fit into the memory that is free.
    func decode(batch: Int, context: Int) throws -> BenchResult {
        try BenchSkipped.check(bytes: Double(batch) * cost.cacheBytes(slots: slots(context)) / 0.7, for: "its caches")
        let (times, slots, ratio) = try steps(batch: batch, context: context)
        let work = cost.decode(batch: batch, slots: slots)
        return result("decode", "batch=\(batch)/context=\(context)", batch, times, work, ratio)
    }

    /// Prompt tokens a second of a prompt of so many tokens, as prompts are run: in parallel chunks.
    func prefill(tokens count: Int) throws -> BenchResult {
        let tokens = (0..<count).map { 7 + 13 * $0 % 251 }
        var slots = 0.0
        let times = try Stopwatch.times(seconds: Self.wanted, runs: 1...8) {
            let sequence = DecodingSequence(cache: try llama.makeCache(model.policy))
            engine.prefill(tokens, into: sequence, logits: .last) { _, _, _ in }
            slots = self.slots(of: sequence)
        }
        let ratio = Double(count) / slots
        return result(
            "prefill", "tokens=\(count)/parallel", count, times, cost.prefill(tokens: count, ratio: ratio), ratio)
    }

    /// The same for a prompt that is run token by token: the rate in its middle. A prompt's tokens need no output layer,
    /// and a decode step has one: its part of the bytes is taken off the time.
    func prefillByToken(tokens count: Int) throws -> BenchResult {
        let (times, slots, ratio) = try steps(batch: 1, context: count / 2)
        let (all, work) = (cost.decode(batch: 1, slots: slots), cost.feed(slots: slots))
        let share = work.bytes / all.bytes
        return result("prefill", "tokens=\(count)/by-token", 1, times.map { $0 * share }, work, ratio)
    }

    /// Seconds of decode steps of `batch` sequences, few, as the context grows by them; and the slots a head had, and
    /// tokens to a slot of those fed, on average over the steps.
    private func steps(batch: Int, context: Int) throws -> (seconds: [Double], slots: Double, ratio: Double) {
        let sequences = try self.sequences(batch, context: context)
        func held() -> Double { sequences.reduce(0) { $0 + slots(of: $1) } / Double(batch) }
        let before = held()
        let vocabulary = llama.configuration.vocabularySize
        let times = Stopwatch.times(seconds: Self.wanted, runs: 1...12) {
            // Decisions come from the tokens: other ones in every step and sequence.
            let tokens = sequences.indices.map { (7 + 13 * $0 + 101 * sequences[$0].position) % vocabulary }
            _ = engine.decode(tokens, of: sequences)
        }
        let after = held()
        return (times, (before + after) / 2, Double(sequences[0].position) / after)
    }

    private func result(
        _ kind: String, _ size: String, _ tokens: Int, _ times: [Double], _ work: (bytes: Double, operations: Double),
        _ ratio: Double
    ) -> BenchResult {
        BenchResult(
            name: "\(kind)/\(model.name)/\(size)", seconds: times, units: Double(tokens), of: "tokens",
            compressionRatio: model.hasDMC ? ratio : nil,
            needs: BenchNeeds(bytes: work.bytes, operations: work.operations, isNarrow: model.arithmetic == .bfloat16))
    }

    /// Slots of a head, on average.
    private func slots(of sequence: DecodingSequence) -> Double {
        let shape = llama.configuration
        let all = (0..<shape.layers).reduce(0) { sum, layer in
            (0..<shape.kvHeads).reduce(sum) { $0 + sequence.cache.slots(layer: layer, kvHead: $1) }
        }
        return Double(all) / Double(shape.layers * shape.kvHeads)
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
}
