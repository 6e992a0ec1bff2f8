import Descriptions
import Inference
import TestSupport
import Testing

/// How much eviction policies keep, where that can be told beforehand.
struct EvictionBudgetTests {
    private static let models = [ModelCase.plain[0], ModelCase.plain[1]]

    @Test(
        "A budget that the sequence does not exceed gives the bits of the full cache, in every path", arguments: models,
        [
            "h2o:heavy=70,recent=70", "tova:slots=140", "tova:slots=1.0,protect=1", "window:sinks=4,window=136",
            "streaming:sinks=4,window=136", "h2o:heavy=0,recent=500", "streaming:sinks=500,window=0",
        ])
    func largeBudget(model: ModelCase, word: String) throws {
        let loaded = try model.model.loaded()
        let tokens = model.tokens(140)
        for (path, prompt) in [(CoreRun.Path.parallel, 140), (.stepwise, 130), (.mixed(130), 130)] {
            let full = CoreRun(loaded, tokens, path)
            for suffix in ["", ",prefill=full", ",prefill=only"] {
                let policy = try CachePolicy(word + suffix)
                let run = try CoreRun(loaded, tokens, path, policy: policy, promptTokens: prompt)
                #expect(run.bits == full.bits, "\(policy), \(path)")
                #expect(run.drops.isEmpty && run.slots == full.slots)
            }
        }
        let tight = try CoreRun(loaded, tokens, .parallel, policy: CachePolicy("tova:slots=139"), promptTokens: 130)
        #expect(tight.drops.count == tight.slots.joined().count)
    }

    @Test("Where all tokens get the same attention, the oldest goes", arguments: models)
    func ties(model: ModelCase) throws {
        var uniform = model.model
        for name in uniform.tensors.keys where name.contains("q_proj") {
            uniform.tensors[name]!.values = uniform.tensors[name]!.values.map { _ in 0 }
        }
        let loaded = try uniform.loaded()
        let tokens = model.tokens(150)
        for path in [CoreRun.Path.parallel, .stepwise, .mixed(140)] {
            let online = try CoreRun(loaded, tokens, path, policy: CachePolicy("tova:slots=5"), promptTokens: 140)
            #expect(online.drops == drops(model) { (5..<150).map { ($0, $0 - 5) } })
            let cut = try CoreRun(
                loaded, tokens, path, policy: CachePolicy("tova:slots=5,prefill=full"), promptTokens: 140)
            #expect(cut.drops == drops(model) { (0..<135).map { (139, $0) } + (140..<150).map { ($0, $0 - 5) } })
        }
    }

    /// These pairs of token and dropped position in every head.
    private func drops(_ model: ModelCase, _ pairs: () -> [(Int, Int)]) -> Set<ReferenceEviction.Drop> {
        var drops: Set<ReferenceEviction.Drop> = []
        for layer in 0..<model.configuration.layers {
            for kvHead in 0..<model.configuration.kvHeads {
                for (token, position) in pairs() {
                    drops.insert(.init(token: token, layer: layer, kvHead: kvHead, position: position))
                }
            }
        }
        return drops
    }

    @Test("A share is taken of prompt and new tokens, and is at least one slot")
    func shares() throws {
        let model = Self.models[1]
        let loaded = try model.model.loaded()
        let tokens = model.tokens(90)
        let sizes = [
            ("tova:slots=0.1", 9), ("h2o:heavy=0.1,recent=0.05", 14), ("tova:slots=0.001", 1),
            ("h2o:heavy=0.001,recent=0.001", 2), ("window:sinks=4,window=0.2", 22),
            ("streaming:sinks=0.05,window=3", 8),
        ]
        for (word, slots) in sizes {
            let run = try CoreRun(loaded, tokens, .mixed(50), policy: CachePolicy(word), promptTokens: 50)
            #expect(run.slots.joined().allSatisfy { $0 == slots }, "\(word): \(run.slots)")
        }
    }

    @Test("Evictions on a DMC model, and merging on a plain one, are refused by name")
    func mismatch() throws {
        let length = SequenceLength(prompt: 1, total: 2)
        let compressed = try ModelCase.compressed[0].model.loaded()
        for word in ["h2o:heavy=6,recent=10", "tova:slots=4", "window:sinks=1,window=4", "streaming:sinks=1,window=4"] {
            let policy = try CachePolicy(word)
            let error = try #require(throws: PolicyMismatch.self) { try compressed.makeCache(policy, length: length) }
            #expect(error == .needsPlainModel(policy: policy) && error.description.contains(word))
        }
        let error = try #require(throws: PolicyMismatch.self) { try Self.models[0].model.loaded().makeCache(.dmc) }
        #expect(error == .needsDMC(policy: .dmc) && error.description.contains("policy dmc"))
    }
}
