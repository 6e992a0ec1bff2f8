import Descriptions
import Inference
import TestSupport
import Testing

/// Eviction policies: what must not change a single bit, and how long a sequence may become.
struct EvictionIndependenceTests {
    private static let policies = [
        "h2o:heavy=6,recent=10", "tova:slots=16,prefill=full", "tova:slots=7", "window:sinks=4,window=12,prefill=only",
        "streaming:sinks=2,window=9",
    ]

    @Test("A sequence decoded among others has the bits it has alone", arguments: policies)
    func batch(word: String) throws {
        let model = ModelCase.plain[1]
        let loaded = try model.model.loaded()
        let policy = try CachePolicy(word)
        let prompts = [1, 5, 130, 40].enumerated().map { model.tokens($1, seed: UInt64($0)) }
        let next = model.tokens(12, seed: 99)
        let together = try decode(loaded, policy, prompts, next)
        for (index, prompt) in prompts.enumerated() {
            #expect(together[index] == (try decode(loaded, policy, [prompt], next))[0], "sequence \(index)")
        }
    }

    /// Bits of the logits behind each of `next`, fed to every prompt: `[prompts][next][vocabulary]`.
    private func decode(
        _ model: LlamaModel, _ policy: CachePolicy, _ prompts: [[Int]], _ next: [Int]
    ) throws -> [[[UInt32]]] {
        let engine = Engine(model, threads: 2)
        let sequences = try prompts.map { prompt in
            let length = SequenceLength(prompt: prompt.count, total: prompt.count + next.count)
            let sequence = DecodingSequence(cache: try model.makeCache(policy, length: length))
            engine.prefill(prompt, into: sequence, logits: .last) { _, _, _ in }
            return sequence
        }
        var bits = [[[UInt32]]](repeating: [], count: prompts.count)
        let vocabulary = model.configuration.vocabularySize
        for token in next {
            let logits = engine.decode(Array(repeating: token, count: prompts.count), of: sequences)
            for index in prompts.indices {
                bits[index].append((0..<vocabulary).map { logits[index * vocabulary + $0].bitPattern })
            }
        }
        return bits
    }

    @Test("One thread, two and three give the same bits and evictions", arguments: policies)
    func threads(word: String) throws {
        let policy = try CachePolicy(word)
        for model in [ModelCase.plain[0], ModelCase.plain[1]] {
            let loaded = try model.model.loaded()
            let tokens = model.tokens(150)
            let one = try CoreRun(loaded, tokens, .mixed(140), policy: policy, promptTokens: 140, threads: 1)
            for threads in [2, 3] {
                let more = try CoreRun(
                    loaded, tokens, .mixed(140), policy: policy, promptTokens: 140, threads: threads)
                #expect(more.bits == one.bits, "\(threads) threads")
                #expect(more.drops == one.drops)
            }
        }
    }

    @Test("With bfloat16 activations, too, chunks give the bits and evictions of single tokens", arguments: policies)
    func narrowActivations(word: String) throws {
        let policy = try CachePolicy(word)
        for model in [ModelCase.plain[1], ModelCase.plain[6]] {
            let loaded = try model.model.loaded()
            let tokens = model.tokens(150)
            let runs = try [CoreRun.Path.mixed(140), .stepwise].map {
                try CoreRun(loaded, tokens, $0, policy: policy, promptTokens: 140, arithmetic: .bfloat16)
            }
            #expect(runs[0].bits == runs[1].bits)
            #expect(runs[0].drops == runs[1].drops && !runs[0].drops.isEmpty)
            let wide = try CoreRun(loaded, tokens, .mixed(140), policy: policy, promptTokens: 140)
            #expect(wide.bits != runs[0].bits)
        }
    }

    @Test("Sequences under different policies and budgets in one batch come out as each does alone")
    func differentPolicies() throws {
        let model = ModelCase.plain[1]
        let loaded = try model.model.loaded()
        let policies = try [
            "tova:slots=3", "tova:slots=40", "full", "h2o:heavy=2,recent=5", "streaming:sinks=2,window=6",
            "window:sinks=1,window=0.2,prefill=full",
        ].map { try CachePolicy($0) }
        let requests = policies.indices.map {
            GenerationRequest(
                tokens: model.tokens(20 + 30 * $0, seed: UInt64($0)), maxNewTokens: 8 + $0, scores: true)
        }
        let together = try run(loaded, requests, policies, batch: policies.count)
        for index in policies.indices {
            let alone = try run(loaded, [requests[index]], [policies[index]], batch: 1)[0]
            let result = together[index]
            #expect(result.tokens == alone.tokens && result.slots == alone.slots, "\(policies[index])")
            #expect(result.negativeLogLikelihoods == alone.negativeLogLikelihoods, "\(policies[index])")
        }
        #expect(Set(together.map { $0.slots[0][0] }).count == policies.count)
    }

    private func run(
        _ model: LlamaModel, _ requests: [GenerationRequest], _ policies: [CachePolicy], batch: Int
    ) throws -> [GenerationResult] {
        let runner = BatchRunner(Engine(model, threads: 2), batch: batch) { index in
            let prompt = requests[index].tokens.count
            let length = SequenceLength(prompt: prompt, total: prompt + requests[index].maxNewTokens)
            return try model.makeCache(policies[index], length: length)
        }
        var results: [Int: GenerationResult] = [:]
        try runner.run(requests) { results[$0] = $1 }
        return requests.indices.compactMap { results[$0] }
    }

    @Test("Streaming runs past the context the model was trained for, and its logits are the reference's there")
    func streaming() throws {
        let model = ModelCase("short context", .small(kvHeads: 2, context: 64))
        let loaded = try model.model.loaded()
        let policy = try CachePolicy("streaming:sinks=4,window=20")
        let length = SequenceLength(prompt: 60, total: 160)
        let runner = BatchRunner(Engine(loaded), contextLength: loaded.contextLength(under: policy)) { _ in
            try loaded.makeCache(policy, length: length)
        }
        var results: [GenerationResult] = []
        try runner.run([GenerationRequest(tokens: model.tokens(60), maxNewTokens: 100, scores: true)]) {
            results.append($1)
        }
        #expect(results.map(\.tokens.count) == [160])
        #expect(results[0].slots.joined().allSatisfy { $0 == 24 })
        let expected = ReferenceEviction(model.model, results[0].tokens, policy, promptTokens: 60)
        let run = try CoreRun(loaded, results[0].tokens, .mixed(60), policy: policy, promptTokens: 60)
        #expect(run.difference(to: expected.logits) <= 1e-4)
    }

    @Test(
        "Only positions that stay within the model's context make it endless",
        arguments: [
            ("streaming:sinks=4,window=59", Int(Int32.max)), ("streaming:sinks=4,window=60", 64),
            ("streaming:sinks=4,window=20,prefill=full", 64), ("streaming:sinks=4,window=20,prefill=only", 64),
            ("streaming:sinks=1,window=0.5", 124), ("window:sinks=4,window=20", 64), ("tova:slots=4", 64), ("full", 64),
        ])
    func contextLength(word: String, tokens: Int) throws {
        let loaded = try RandomModel(.small(context: 64)).loaded()
        #expect(loaded.contextLength(under: try CachePolicy(word)) == tokens)
    }
}
