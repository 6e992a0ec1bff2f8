import BundledModels
import Capacity
import Checkpoints
import Descriptions
import Inference
import Kernels
import Recording

/// Predicts how fast our own core runs the bundled models on this machine, then runs them: the one place where a
/// projection is checked live.
///
/// The roofline takes the rates of `CoreLimits` as peaks. What an engine costs beside (a layer, a sequence, reading the
/// cache) is fitted to four runs with the plain cache, batch 1 and 8 at a short and at a long context; all other batches,
/// policies and models are predicted from these, each before it is run. Of DMC the prediction knows the ratio that the
/// model was trained for.
public struct CPUCalibration: Sendable {
    /// One way to run the core.
    public struct Case: Hashable, Sendable {
        /// The bundled model.
        public var model: BundledModel
        /// The policy's word.
        public var policy: String
        /// Sequences at once.
        public var batch: Int
        /// Tokens of each prompt.
        public var promptTokens: Int

        /// A case by its parts.
        public init(model: BundledModel, policy: String, batch: Int, promptTokens: Int) {
            self.model = model
            self.policy = policy
            self.batch = batch
            self.promptTokens = promptTokens
        }
    }

    /// A case, predicted and measured.
    public struct Run: Sendable {
        /// What was run.
        public var what: Case
        /// Whether it is one that the costs were fitted to.
        public var isFitted: Bool
        /// Generated tokens a second, measured.
        public var measured: Double
        /// The same, predicted.
        public var predicted: Double
        /// Tokens for each slot that the caches held in the end, measured.
        public var compressionRatio: Double

        /// Predicted over measured, less 1.
        public var error: Double { predicted / measured - 1 }
    }

    /// Threads that compute.
    public var threads: Int
    /// What the machine allows.
    public var machine: MachineLimits
    /// What the core's own products reach of it.
    public var limits: CoreLimits
    /// The costs that were fitted.
    public var efficiencies: Efficiencies
    /// All runs, those that were fitted first.
    public var runs: [Run]

    /// Tokens generated in every run.
    static let newTokens = 48
    /// How often each case is run, in turn with the others, so that a slow spell of the machine does not fall on one; the
    /// fastest counts.
    private static let rounds = 5

    private static let fitted = [(1, 64), (1, 896), (8, 64), (8, 896)].map {
        Case(model: .base, policy: "full", batch: $0.0, promptTokens: $0.1)
    }

    private static let others: [Case] =
        [(2, 448), (4, 448), (16, 448)].map { Case(model: .base, policy: "full", batch: $0.0, promptTokens: $0.1) }
        + ["h2o:heavy=0.125,recent=0.125", "tova:slots=0.25", "window:sinks=4,window=124"].flatMap { policy in
            [1, 8].map { Case(model: .base, policy: policy, batch: $0, promptTokens: 448) }
        }
        + [1, 8, 16].map { Case(model: .compressed, policy: "dmc", batch: $0, promptTokens: 448) }
        + [1, 8].map { Case(model: .grouped, policy: "full", batch: $0, promptTokens: 448) }

    /// Measures, fits, predicts and runs; some fifteen seconds.
    /// - Throws: what opening the bundled models throws.
    public static func run(
        threads: Int? = nil, progress: (String) -> Void = { _ in }
    ) throws -> CPUCalibration {
        let threads = threads ?? WorkerPool.cores
        var benches: [BundledModel: CoreBench] = [:]
        func bench(_ model: BundledModel) throws -> CoreBench {
            let bench = try benches[model] ?? CoreBench(model, threads: threads)
            benches[model] = bench
            return bench
        }
        let allowed = MachineLimits.measure(threads: threads, progress: progress)
        progress("the core's products")
        let shape = try bench(.base).planned.configuration
        let limits = CoreLimits.measure(
            rows: shape.parameters / shape.hiddenSize, columns: shape.hiddenSize, threads: threads)
        func measure(_ cases: [Case]) throws -> [(seconds: Double, ratio: Double)] {
            var best = Array(repeating: (seconds: Double.infinity, ratio: 1.0), count: cases.count)
            for _ in 0..<rounds {
                for (index, what) in cases.enumerated() {
                    let bench = try bench(what.model)
                    progress("\(bench.planned.name) under \(what.policy), batch \(what.batch)")
                    let run = try bench.secondsPerStep(what)
                    if run.seconds < best[index].seconds { best[index] = run }
                }
            }
            return best
        }
        let known = try measure(fitted)
        let machine = MachineModel(limits: limits)
        let efficiencies = try machine.fit(
            zip(fitted, known).map { ($0, $1.seconds) }, on: try bench(.base).planned)
        let cases = fitted + others
        let predicted = try cases.map {
            try machine.secondsPerStep($0, of: try bench($0.model).planned, efficiencies)
        }
        let measured = known + (try measure(others))
        let runs = cases.indices.map { index in
            let batch = Double(cases[index].batch)
            return Run(
                what: cases[index], isFitted: index < known.count, measured: batch / measured[index].seconds,
                predicted: batch / predicted[index], compressionRatio: measured[index].ratio)
        }
        return CPUCalibration(
            threads: threads, machine: allowed, limits: limits, efficiencies: efficiencies, runs: runs)
    }
}

/// A bundled model, ready to be timed.
struct CoreBench {
    let planned: PlannedModel
    private let model: LoadedModel
    private let engine: Engine
    private let text: [Int]

    init(_ bundled: BundledModel, threads: Int) throws {
        let folder = try bundled.folder()
        planned = try PlannedModel.named(folder)
        model = try LoadedModel(path: folder)
        engine = Engine(model.llama, threads: threads)
        text = try model.prompts(at: [BundledPrompts.folder()]).flatMap(\.tokens)
    }

    /// Seconds of a decode step, the median over all new tokens, and the tokens for each slot in the end.
    func secondsPerStep(_ what: CPUCalibration.Case) throws -> (seconds: Double, ratio: Double) {
        let policy = try CachePolicy(what.policy)
        let total = what.promptTokens + CPUCalibration.newTokens
        let sequences = try (0..<what.batch).map { index in
            let sequence = DecodingSequence(
                cache: try model.llama.makeCache(
                    policy, length: SequenceLength(prompt: what.promptTokens, total: total)))
            let tokens = (0..<what.promptTokens).map { text[(index * 389 + $0) % text.count] }
            engine.prefill(tokens, into: sequence, logits: .last) { _, _, _ in }
            return sequence
        }
        let steps = (0..<CPUCalibration.newTokens).map { step in
            let tokens = sequences.indices.map { text[($0 * 389 + what.promptTokens + step) % text.count] }
            return Stopwatch.seconds { _ = engine.decode(tokens, of: sequences) }
        }
        return (steps.sorted()[steps.count / 2], ratio(of: sequences))
    }

    private func ratio(of sequences: [DecodingSequence]) -> Double {
        let shape = planned.configuration
        var slots = 0
        for sequence in sequences {
            for layer in 0..<shape.layers {
                for head in 0..<shape.kvHeads { slots += sequence.cache.slots(layer: layer, kvHead: head) }
            }
        }
        let tokens = sequences.reduce(0) { $0 + $1.position }
        return Double(tokens * shape.layers * shape.kvHeads) / Double(max(1, slots))
    }
}

/// The roofline of this machine.
package struct MachineModel {
    let limits: CoreLimits

    /// The roofline of a machine with these rates.
    package init(limits: CoreLimits) { self.limits = limits }

    /// Seconds of a decode step, mean over the generation.
    package func secondsPerStep(
        _ what: CPUCalibration.Case, of model: PlannedModel, _ efficiencies: Efficiencies
    ) throws -> Double {
        let machine = GPU(
            name: "this machine", memoryBytes: 1 << 34, bandwidthBytesPerSecond: limits.readBytesPerSecond,
            bf16FLOPS: limits.batchFLOPS, interconnectBytesPerSecond: nil, efficiencies: efficiencies)
        var request = PlanRequest(
            model: model, gpu: machine, promptTokens: what.promptTokens, newTokens: CPUCalibration.newTokens,
            batch: what.batch)
        request.kvBits = 32
        let variant = try PlanVariant(what.policy)
        if variant.policy == .dmc { request.lengths = .ratio(max(1, model.configuration.dmc?.targetRatio ?? 1)) }
        return try Planner(request).plan(for: variant).meanStepTime(batch: what.batch).seconds
    }

    /// The costs that make the fitted runs come out: of a layer, of a sequence, and the rate of reading the cache.
    package func fit(_ runs: [(what: CPUCalibration.Case, seconds: Double)], on model: PlannedModel) throws
        -> Efficiencies
    {
        func efficiencies(_ values: [Double]) -> Efficiencies {
            var changed = Efficiencies.ideal
            changed.layerSeconds = values[0]
            changed.sequenceSeconds = values[1]
            changed.attention.decode.memory = values[2]
            return changed
        }
        var failure: (any Error)?
        let values = LeastSquares().fit([.init(2e-5), .init(1e-5), .init(0.5)]) { values in
            runs.map { run in
                do {
                    return try secondsPerStep(run.what, of: model, efficiencies(values)) / run.seconds - 1
                } catch {
                    failure = error
                    return 0
                }
            }
        }
        if let failure { throw failure }
        return efficiencies(values)
    }
}
