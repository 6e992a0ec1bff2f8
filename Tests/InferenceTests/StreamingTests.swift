import Checkpoints
import Descriptions
import Inference
import TestSupport
import Testing

/// Weights that are read from their files at every pass must not change a single bit.
struct StreamingTests {
    private static let models = [
        ModelCase.plain[1], ModelCase.plain[7], ModelCase.compressed[0], ModelCase.compressed[8],
    ]

    @Test("Streamed weights give the bits of resident ones, in chunks and token by token", arguments: models)
    func bits(model: ModelCase) throws {
        let (resident, streamed) = (try model.model.loaded(), try model.model.loaded(weightMemory: 0))
        #expect(!resident.isStreamed && streamed.isStreamed)
        let tokens = model.tokens(300)
        for path in [CoreRun.Path.parallel, .stepwise, .mixed(290)] {
            let (expected, found) = (CoreRun(resident, tokens, path), CoreRun(streamed, tokens, path))
            #expect(found.bits == expected.bits, "\(path)")
            #expect(found.merges == expected.merges && found.slots == expected.slots)
        }
    }

    @Test("A model is streamed where its weights take more than they may")
    func limit() throws {
        let model = RandomModel(.small())
        let bytes = try model.loaded().weightBytes
        #expect(bytes == 4 * model.configuration.parameters)
        #expect(try model.loaded(weightMemory: bytes - 1).isStreamed)
        #expect(try !model.loaded(weightMemory: bytes).isStreamed)
    }

    @Test(
        "Many prompts that pass through the layers together have the results they have alone",
        arguments: [CachePolicy.dmc, .full, .leastAttended(slots: .slots(20), prefill: .online)])
    func prompts(policy: CachePolicy) throws {
        let model = policy == .dmc ? ModelCase.compressed[4] : ModelCase.plain[1]
        let requests = [300, 1, 131, 480, 128, 2, 400, 66].enumerated().map { index, length in
            GenerationRequest(
                tokens: model.tokens(length, seed: UInt64(index)), maxNewTokens: index % 3, scores: index != 4)
        }
        let expected = try run(model.model.loaded(), requests, policy, batch: 1)
        for batch in [1, 3, 8] {
            let found = try run(model.model.loaded(weightMemory: 0), requests, policy, batch: batch)
            for index in requests.indices {
                #expect(found[index]?.tokens == expected[index]?.tokens)
                #expect(found[index]?.slots == expected[index]?.slots)
                #expect(
                    found[index]?.negativeLogLikelihoods.map(\.bitPattern)
                        == expected[index]?.negativeLogLikelihoods.map(\.bitPattern), "request \(index) in \(batch)")
            }
        }
    }

    private func run(
        _ model: LlamaModel, _ requests: [GenerationRequest], _ policy: CachePolicy, batch: Int
    ) throws -> [Int: GenerationResult] {
        var results: [Int: GenerationResult] = [:]
        let runner = BatchRunner(Engine(model, threads: 2), batch: batch) { index in
            let prompt = requests[index].tokens.count
            return try model.makeCache(
                policy, length: SequenceLength(prompt: prompt, total: prompt + requests[index].maxNewTokens))
        }
        try runner.run(requests) { results[$0] = $1 }
        return results
    }

    @Test("No prompt is begun once a stop is wanted")
    func stop() throws {
        let model = try ModelCase.plain[0].model.loaded(weightMemory: 0)
        let requests = (0..<5).map {
            GenerationRequest(tokens: ModelCase.plain[0].tokens(40, seed: UInt64($0)), maxNewTokens: 0, scores: true)
        }
        var (asked, finished) = (0, 0)
        let runner = BatchRunner(Engine(model), batch: 5) { _ in try model.makeCache(.full) }
        try runner.run(
            requests,
            shouldStop: {
                asked += 1
                return asked > 3
            }, finished: { _, _ in finished += 1 })
        #expect(finished == 3)
    }
}
