import Descriptions
import Inference
import TestSupport
import Testing

/// Eviction policies against their transcription in double precision, which takes token by token.
struct EvictionTests {
    private static let models = [ModelCase.plain[0], ModelCase.plain[1]]
    /// Small budgets, so that tokens are dropped within a chunk; and some that end at a chunk's border or behind it.
    private static let policies = [
        "h2o:heavy=6,recent=10", "h2o:heavy=0,recent=5", "h2o:heavy=5,recent=0", "h2o:heavy=0.05,recent=0.1",
        "h2o:heavy=1,recent=0", "h2o:heavy=0,recent=1", "h2o:heavy=70,recent=70", "tova:slots=16",
        "tova:slots=16,protect=1", "tova:slots=1", "tova:slots=1,protect=1", "tova:slots=128",
        "window:sinks=4,window=20",
        "window:sinks=4,window=0", "window:sinks=0,window=1", "streaming:sinks=4,window=20",
        "streaming:sinks=0,window=1", "streaming:sinks=4,window=130",
    ]
    /// Of 200 tokens; the second of a prompt's chunks begins at 128.
    private static let promptTokens = 170

    @Test(
        "Every eviction and all logits are the reference's, in every mode, in chunks and token by token",
        arguments: models, policies)
    func reference(model: ModelCase, word: String) throws { try expectReference(model, word) }

    @Test(
        "So they are with one KV head, heads of odd width, and weights of bfloat16",
        arguments: [ModelCase.plain[2], ModelCase.plain[4], ModelCase.plain[6]],
        [
            "h2o:heavy=6,recent=10", "tova:slots=16", "tova:slots=16,protect=1", "window:sinks=4,window=20",
            "streaming:sinks=4,window=20",
        ])
    func otherShapes(model: ModelCase, word: String) throws { try expectReference(model, word) }

    private func expectReference(_ model: ModelCase, _ word: String) throws {
        let loaded = try model.model.loaded()
        for suffix in ["", ",prefill=full", ",prefill=only"] {
            let policy = try CachePolicy(word + suffix)
            let (tokens, expected) = expected(model, policy)
            #expect(!expected.drops.isEmpty)
            for path in [CoreRun.Path.parallel, .stepwise, .mixed(Self.promptTokens)] {
                let run = try CoreRun(loaded, tokens, path, policy: policy, promptTokens: Self.promptTokens)
                let wrong = run.drops.symmetricDifference(expected.drops)
                #expect(wrong.isEmpty, "\(policy), \(path): \(wrong.count) of \(expected.drops.count)")
                #expect(run.slots == expected.slots, "\(policy), \(path)")
                #expect(run.logits.count == tokens.count)
                #expect(run.difference(to: expected.logits) <= 1e-4, "\(policy), \(path)")
            }
        }
    }

    /// The reference's run of the first tokens on which rounding cannot decide what goes.
    private func expected(_ model: ModelCase, _ policy: CachePolicy) -> ([Int], ReferenceEviction) {
        for seed in UInt64(11)... {
            let tokens = model.tokens(200, seed: seed)
            let run = ReferenceEviction(model.model, tokens, policy, promptTokens: Self.promptTokens)
            if run.leastMargin > 1e-5 { return (tokens, run) }
        }
        preconditionFailure("there are seeds enough")
    }

    @Test("Modes differ in what they drop and when", arguments: ["h2o:heavy=6,recent=10", "tova:slots=16"])
    func modes(word: String) throws {
        let model = Self.models[0]
        let loaded = try model.model.loaded()
        let tokens = model.tokens(200)
        let runs = try ["", ",prefill=full", ",prefill=only"].map {
            try CoreRun(
                loaded, tokens, .mixed(Self.promptTokens), policy: CachePolicy(word + $0),
                promptTokens: Self.promptTokens)
        }
        let firsts = runs.map { $0.drops.map(\.token).min() }
        #expect(firsts == [16, 169, 169])
        #expect(runs.map { $0.drops.map(\.token).max() } == [199, 199, 169])
        #expect(runs.map { $0.slots[1][0] } == [16, 16, 46])
        #expect(runs[0].drops != runs[1].drops)
    }
}
