import BundledModels
import Checkpoints
import Descriptions
import Inference
import TestSupport
import Testing

/// The core on weights of 8 bit.
struct Int8ModelTests {
    /// Rows of more than one group, the last ones shorter.
    private static let models = [
        ModelCase("plain", .small(hidden: 150, middle: 261, kvHeads: 2)),
        ModelCase("tied, bfloat16", .small(hidden: 150, middle: 261, tied: true), .bfloat16),
        ModelCase("compressed", .small(hidden: 150, middle: 261, dmc: DMCSettings()), seed: 2),
    ]

    /// The model converted, and what its weights stand for now: each number times its scale.
    private func converted(_ model: RandomModel) throws -> (core: LlamaModel, twin: RandomModel) {
        let folder = try TemporaryFolder()
        try model.write(to: folder)
        _ = try Int8Conversion(Checkpoint(path: folder.path)).write(to: folder.file("new"))
        let checkpoint = try Checkpoint(path: folder.file("new"))
        var twin = model
        for (name, tensor) in model.tensors {
            guard let scales = checkpoint.weights.tensor("\(name)_scale")?.floats else { continue }
            let numbers = checkpoint.weights.tensor(name)!.floats
            let (columns, groups) = (tensor.shape[1], scales.count / tensor.shape[0])
            twin.tensors[name]!.values = numbers.indices.map {
                numbers[$0] * scales[$0 / columns * groups + $0 % columns / 128]
            }
        }
        return (try LlamaModel(checkpoint), twin)
    }

    @Test(
        "Logits are the reference's for the numbers times their scales, in chunks and token by token", arguments: models
    )
    func reference(model: ModelCase) throws {
        let tokens = model.tokens(140)
        let (core, twin) = try converted(model.model)
        let expected = ReferenceLlama(twin).run(tokens)
        for path in [CoreRun.Path.parallel, .stepwise, .mixed(130)] {
            let run = CoreRun(core, tokens, path)
            #expect(run.difference(to: expected.logits) <= 1e-4, "\(path)")
            if model.configuration.dmc != nil { #expect(run.merges == expected.heads.map { $0.map(\.merges) }) }
        }
        // And not those of the model before: what is tested is a model of its own.
        #expect(CoreRun(core, tokens, .parallel).difference(to: ReferenceLlama(model.model).run(tokens).logits) > 1e-3)
    }

    @Test(
        "A bundled model of 8 bit is near its source: within 0.05 nats a token, 0.01 in mean, slots within a percent",
        arguments: [BundledModel.base, .compressed])
    func bundled(name: BundledModel) throws {
        let folder = try TemporaryFolder()
        let source = try Checkpoint(path: name.folder())
        let summary = try Int8Conversion(source).write(to: folder.file("new"))
        #expect(summary.relativeError < 0.01)
        let core = try LlamaModel(Checkpoint(path: folder.file("new")))
        let (old, new) = (try score(LlamaModel(source)), try score(core))
        let differences = zip(old.scores, new.scores).map { Double($0) - Double($1) }
        let count = Double(differences.count)
        let mean: Double = differences.reduce(0, +) / count
        let size: Double = differences.map(abs).reduce(0, +) / count
        #expect(size < 0.05 && abs(mean) < 0.01)
        #expect(abs(Double(new.slots) / Double(old.slots) - 1) < 0.01)
    }

    private func score(_ model: LlamaModel) throws -> (scores: [Float], slots: Int) {
        var found: ([Float], Int) = ([], 0)
        let runner = BatchRunner(Engine(model)) { _ in try model.makeCache(model.defaultPolicy) }
        try runner.run([GenerationRequest(tokens: GoldenRun.tokens, maxNewTokens: 0, scores: true)]) { _, result in
            found = (result.negativeLogLikelihoods, result.slots.joined().reduce(0, +))
        }
        return found
    }
}
