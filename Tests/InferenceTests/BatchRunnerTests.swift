import Descriptions
import Inference
import Kernels
import TestSupport
import Testing

struct BatchRunnerTests {
    private static let plain = ModelCase.plain[1]
    private static let compressed = ModelCase.compressed[4]

    /// What a run gave, by request.
    private struct Outcome {
        var results: [Int: GenerationResult] = [:]
        var generated: [Int: [Int]] = [:]
        var order: [Int] = []
    }

    private func run(
        _ model: LlamaModel, _ requests: [GenerationRequest], batch: Int = 1, threads: Int = 2,
        shouldStop: (Outcome) -> Bool = { _ in false }
    ) throws -> Outcome {
        var outcome = Outcome()
        let runner = BatchRunner(Engine(model, threads: threads), batch: batch) { _ in
            try model.makeCache(model.defaultPolicy)
        }
        try runner.run(
            requests, shouldStop: { shouldStop(outcome) },
            generated: { outcome.generated[$0, default: []].append($1) },
            finished: {
                #expect(outcome.results[$0] == nil, "finished twice")
                outcome.results[$0] = $1
                outcome.order.append($0)
            })
        return outcome
    }

    /// Requests of several lengths, each with its own stream of random numbers.
    private func requests(_ model: ModelCase, temperature: Double = 0, maxNewTokens: Int = 20) -> [GenerationRequest] {
        [7, 1, 131, 40, 2, 66, 13].enumerated().map { index, length in
            GenerationRequest(
                tokens: model.tokens(length, seed: UInt64(index)), maxNewTokens: maxNewTokens + index % 3,
                sampler: Sampler(SamplingSettings(temperature: temperature), seed: 3, stream: index), scores: true)
        }
    }

    @Test("P prompt and N new tokens have P + N − 1 likelihoods, the reference's", arguments: [plain, compressed])
    func likelihoods(model: ModelCase) throws {
        let loaded = try model.model.loaded()
        let requests = requests(model)
        let outcome = try run(loaded, requests, batch: 3)
        #expect(outcome.results.count == requests.count)
        for (index, request) in requests.enumerated() {
            let result = try #require(outcome.results[index])
            #expect(result.promptTokens == request.tokens.count)
            #expect(result.tokens.count == request.tokens.count + request.maxNewTokens)
            #expect(Array(result.tokens.prefix(request.tokens.count)) == request.tokens)
            #expect(Array(result.tokens.dropFirst(request.tokens.count)) == outcome.generated[index])
            let expected = ReferenceLlama(model.model).run(result.tokens)
            let scores = expected.negativeLogLikelihoods(of: result.tokens)
            #expect(result.negativeLogLikelihoods.count == scores.count)
            #expect(zip(result.negativeLogLikelihoods, scores).allSatisfy { abs(Double($0) - $1) <= 1e-4 })
            // Every token was fed, the last generated one too.
            #expect(result.slots == expected.heads.map { $0.map(\.keys.count) })
            // And each new token was the likeliest.
            for place in request.tokens.count..<result.tokens.count {
                let logits = expected.logits[place - 1]
                #expect(logits[result.tokens[place]] >= logits.max()! - 1e-4)
            }
        }
    }

    @Test("A prompt alone is scored and generates nothing")
    func promptAlone() throws {
        let request = GenerationRequest(tokens: Self.plain.tokens(9), maxNewTokens: 0, scores: true)
        let outcome = try run(try Self.plain.model.loaded(), [request])
        #expect(outcome.results[0]?.tokens == request.tokens)
        #expect(outcome.results[0]?.negativeLogLikelihoods.count == 8)
        #expect(outcome.generated.isEmpty)
    }

    @Test("Likelihoods are left out unless asked for, and the tokens are the same")
    func unscored() throws {
        let model = try Self.plain.model.loaded()
        var requests = requests(Self.plain)
        let scored = try run(model, requests)
        for index in requests.indices { requests[index].scores = false }
        let unscored = try run(model, requests)
        for index in requests.indices {
            #expect(unscored.results[index]?.negativeLogLikelihoods == [])
            #expect(unscored.results[index]?.tokens == scored.results[index]?.tokens)
        }
    }

    @Test(
        "Tokens and the bits of their likelihoods do not depend on the batch or on threads",
        arguments: [plain, compressed], [0, 0.9])
    func batches(model: ModelCase, temperature: Double) throws {
        let loaded = try model.model.loaded()
        let requests = requests(model, temperature: temperature)
        let alone = try run(loaded, requests, batch: 1, threads: 1)
        for (batch, threads) in [(1, 2), (2, 2), (4, 1), (4, 2), (16, 2)] {
            let together = try run(loaded, requests, batch: batch, threads: threads)
            for index in requests.indices {
                let (one, other) = (try #require(alone.results[index]), try #require(together.results[index]))
                #expect(one.tokens == other.tokens, "batch \(batch)")
                #expect(
                    one.negativeLogLikelihoods.map(\.bitPattern) == other.negativeLogLikelihoods.map(\.bitPattern),
                    "batch \(batch)")
                #expect(one.slots == other.slots)
            }
        }
    }

    @Test("An end-of-sequence token is fed, and ends its sequence alone")
    func endOfSequence() throws {
        let all = requests(Self.plain)
        let free = try run(try Self.plain.model.loaded(), all)
        let end = try #require(free.generated[0])[4]
        var shape = Self.plain.configuration
        shape.eosTokens = [69, end]
        let model = RandomModel(shape, seed: Self.plain.seed)
        let outcome = try run(try model.loaded(), all, batch: 4)
        for index in all.indices {
            let before = try #require(free.generated[index])
            let kept = before.firstIndex { $0 == end || $0 == 69 }.map { before.prefix($0 + 1) } ?? before[...]
            #expect(outcome.generated[index] == Array(kept))
            #expect(outcome.results[index]?.tokens == all[index].tokens + kept)
            #expect(outcome.results[index]?.negativeLogLikelihoods.count == all[index].tokens.count + kept.count - 1)
        }
    }

    @Test("An end-of-sequence token in the prompt ends nothing")
    func endInPrompt() throws {
        var shape = Self.plain.configuration
        let tokens = Self.plain.tokens(8)
        shape.eosTokens = [tokens[7], tokens[3]]
        let outcome = try run(
            try RandomModel(shape, seed: 1).loaded(),
            [GenerationRequest(tokens: tokens, maxNewTokens: 1, scores: true)])
        #expect(outcome.results[0]?.tokens.count == 9)
    }

    @Test("Generation ends with the context")
    func context() throws {
        var shape = Self.compressed.configuration
        shape.maxPositions = 20
        let model = try RandomModel(shape, seed: 1).loaded()
        for prompt in [1, 15, 19, 20] {
            let request = GenerationRequest(tokens: Self.plain.tokens(prompt), maxNewTokens: 50, scores: true)
            let outcome = try run(model, [request])
            #expect(outcome.results[0]?.tokens.count == 20)
            #expect(outcome.results[0]?.negativeLogLikelihoods.count == 19)
        }
    }

    @Test("When it should stop, those under way are finished and no other is begun", arguments: [1, 3])
    func stopping(batch: Int) throws {
        let requests = requests(Self.plain)
        let model = try Self.plain.model.loaded()
        let whole = try run(model, requests)
        let stopped = try run(model, requests, batch: batch, shouldStop: { $0.order.count >= 2 })
        #expect((2..<2 + batch).contains(stopped.order.count))
        #expect(Set(stopped.generated.keys) == Set(stopped.order))
        for (index, result) in stopped.results { #expect(result.tokens == whole.results[index]?.tokens) }
        #expect(try run(model, requests, batch: batch, shouldStop: { _ in true }).order.isEmpty)
    }

    @Test("What a caller throws ends the run")
    func throwing() throws {
        struct Enough: Error {}
        let model = try Self.plain.model.loaded()
        let runner = BatchRunner(Engine(model, threads: 1), batch: 2) { index in
            if index == 3 { throw Enough() }
            return FullCache(model)
        }
        var finished: [Int] = []
        #expect(throws: Enough.self) { try runner.run(requests(Self.plain)) { index, _ in finished.append(index) } }
        #expect(Set(finished).isSubset(of: [0, 1, 2]))
    }
}
