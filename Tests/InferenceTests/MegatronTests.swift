import Checkpoints
import Descriptions
import Foundation
import Inference
import TestSupport
import Testing

@Suite("Models out of Megatron-LM's checkpoints")
struct MegatronTests {
    private static let cases = [
        ModelCase("multi-head, bfloat16", .small(), .bfloat16),
        ModelCase("grouped, halves", .small(kvHeads: 2), .float16),
        ModelCase("tied", .small(tied: true)), ModelCase("DMC", .small(dmc: DMCSettings()), .bfloat16),
    ]

    @Test("They give the logits of the same weights in safetensors", arguments: cases, [1, 2])
    func logits(model: ModelCase, ranks: Int) throws {
        let folder = try TemporaryFolder()
        var megatron = MegatronModel(model.model, ranks: ranks)
        megatron.padding = 2
        megatron.saysVocabulary = true
        try megatron.write(to: folder)
        let (one, other) = (try LlamaModel(Checkpoint(path: folder.path)), try model.model.loaded())
        let tokens = model.tokens(40)
        // Token by token every row is a product of its own, wherever it stands.
        #expect(CoreRun(one, tokens, .stepwise).bits == CoreRun(other, tokens, .stepwise).bits)
        #expect(CoreRun(one, tokens, .parallel).difference(to: CoreRun(other, tokens, .parallel)) < 1e-4)
    }

    @Test("Streamed they give the same, whether ranks hold columns or matrices are turned", arguments: cases, [1, 2])
    func streamed(model: ModelCase, ranks: Int) throws {
        for isTransposed in [false, true] {
            let folder = try TemporaryFolder()
            var megatron = MegatronModel(model.model, ranks: ranks)
            megatron.saysVocabulary = true
            megatron.isTransposed = isTransposed
            try megatron.write(to: folder)
            let streamed = try LlamaModel(Checkpoint(path: folder.path), weightMemory: 0)
            let tokens = model.tokens(150)
            let (one, other) = (
                CoreRun(streamed, tokens, .stepwise), CoreRun(try model.model.loaded(), tokens, .stepwise)
            )
            #expect(streamed.isStreamed && one.bits == other.bits && one.merges == other.merges)
        }
    }

    /// A checkpoint that PyTorch wrote; see `Fixtures/make.py`.
    private func fixture(_ name: String) throws -> String {
        try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/\(name)").path
    }

    @Test(
        "What PyTorch itself saved gives the logits of its twin in safetensors", arguments: ["compressed", "grouped"])
    func torch(name: String) throws {
        let megatron = try Checkpoint(path: fixture("\(name)/megatron"))
        let twin = try Checkpoint(path: fixture("\(name)/huggingface"))
        #expect(megatron.configuration == twin.configuration)
        #expect(megatron.weights.names == twin.weights.names)
        for tensor in twin.weights.names {
            #expect(megatron.weights.tensor(tensor)?.floats == twin.weights.tensor(tensor)?.floats, "\(tensor)")
        }
        var numbers = SeededNumbers(seed: 5)
        let tokens = numbers.integers(60, below: twin.configuration.vocabularySize)
        let runs = [
            CoreRun(try LlamaModel(megatron), tokens, .stepwise), CoreRun(try LlamaModel(twin), tokens, .stepwise),
        ]
        #expect(runs[0].bits == runs[1].bits && runs[0].slots == runs[1].slots && runs[0].merges == runs[1].merges)
        if name == "compressed" {
            #expect(megatron.configuration.dmc == DMCSettings(window: 12, initialValue: 5, targetRatio: 4))
            let merged = runs[0].merges.joined().joined().filter { $0 }.count
            #expect(merged > 100 && merged < 380, "\(merged) of 480: both kinds of decision are there")
        }
    }

    @Test(
        "What PyTorch itself saved gives the logits that transformers computes",
        arguments: ["grouped/megatron", "grouped/huggingface", "stretched/huggingface"])
    func transformers(folder: String) throws {
        struct Expected: Decodable {
            let tokens: [Int]
            let logits: [[Double]]
        }
        let place = try fixture(String(folder.prefix { $0 != "/" }))
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(place)/logits.json"))
        let expected = try JSONDecoder().decode(Expected.self, from: data)
        let model = try LlamaModel(Checkpoint(path: fixture(folder)))
        #expect(CoreRun(model, expected.tokens, .parallel).difference(to: expected.logits) < 1e-5)
        #expect(CoreRun(model, expected.tokens, .stepwise).difference(to: expected.logits) < 1e-5)
    }
}
