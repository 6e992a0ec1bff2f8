import Inference
import TestSupport
import Testing

struct BrokenWeightsTests {
    private static let names = [
        "model.embed_tokens.weight", "model.norm.weight", "lm_head.weight",
        "model.layers.1.input_layernorm.weight", "model.layers.1.post_attention_layernorm.weight",
        "model.layers.1.self_attn.q_proj.weight", "model.layers.1.self_attn.k_proj.weight",
        "model.layers.1.self_attn.v_proj.weight", "model.layers.1.self_attn.o_proj.weight",
        "model.layers.1.mlp.gate_proj.weight", "model.layers.1.mlp.up_proj.weight",
        "model.layers.1.mlp.down_proj.weight",
    ]

    /// Runs a model in which one number of tensor `name` is `value`.
    private func run(_ name: String, _ value: Float, _ model: ModelCase, scores: Bool) throws {
        var broken = model.model
        let middle = broken.tensors[name]!.values.count / 2
        broken.tensors[name]!.values[middle] = value
        let loaded = try broken.loaded()
        let runner = BatchRunner(Engine(loaded, threads: 1)) { _ in try loaded.makeCache(loaded.defaultPolicy) }
        // Every token of the vocabulary, so that every row of the embedding is read.
        let request = GenerationRequest(tokens: Array(0..<70), maxNewTokens: 3, scores: scores)
        try runner.run([request]) { _, _ in }
    }

    @Test("One weight that is not a number is an error, wherever it stands", arguments: names, [true, false])
    func notANumber(name: String, scores: Bool) throws {
        for model in [ModelCase.plain[0], ModelCase.compressed[0]] {
            #expect(throws: NonFiniteLogits.self, "\(model.testDescription)") {
                try run(name, .nan, model, scores: scores)
            }
        }
    }

    @Test("An infinite weight is an error", arguments: ["lm_head.weight", "model.layers.1.mlp.down_proj.weight"])
    func infinite(name: String) throws {
        #expect(throws: NonFiniteLogits.self) { try run(name, .infinity, ModelCase.plain[0], scores: true) }
    }
}
