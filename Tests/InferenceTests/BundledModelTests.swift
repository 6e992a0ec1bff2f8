import BundledModels
import Checkpoints
import Inference
import Testing

/// The trained models that come with Headroom.
struct BundledModelTests {
    private func load(_ model: BundledModel) throws -> LlamaModel {
        try LlamaModel(Checkpoint(path: model.folder()))
    }

    @Test("Likelihoods and slots are those an independent implementation computed", arguments: GoldenRun.all)
    func golden(run: GoldenRun) throws {
        let model = try load(run.model)
        let runner = BatchRunner(Engine(model)) { _ in
            try model.makeCache(run.isFull ? .full : .dmc)
        }
        let request = GenerationRequest(tokens: GoldenRun.tokens, maxNewTokens: 0, scores: true)
        try runner.run([request]) { _, result in
            let scores = result.negativeLogLikelihoods.map(Double.init)
            #expect(scores.count == GoldenRun.tokens.count - 1)
            #expect(abs(scores.reduce(0, +) / Double(scores.count) - run.mean) <= 1e-5)
            for (place, expected) in run.everyFifteenth.enumerated() {
                #expect(abs(scores[place * 15] - expected) <= 1e-4, "token \(place * 15 + 1)")
            }
            #expect(result.slots == run.slots)
        }
    }

    @Test("Chunks decide as token by token does, with the same bits", arguments: [BundledModel.compressed, .base])
    func paths(name: BundledModel) throws {
        let model = try load(name)
        let parallel = CoreRun(model, GoldenRun.tokens, .parallel)
        let stepwise = CoreRun(model, GoldenRun.tokens, .stepwise)
        #expect(parallel.merges == stepwise.merges)
        #expect(parallel.slots == stepwise.slots)
        #expect(parallel.bits == stepwise.bits)
    }
}
