import Fuzzing
import TestSupport
import Testing

@Suite("Readers of damaged files")
struct FuzzingTests {
    @Test(
        "A sound file is read, and a damaged one is read or refused in one line",
        arguments: [
            "safetensors", "index", "zip", "pickle", "megatron", "config", "trace", "prompts", "decisions", "tokenizer",
            "tokenizer-json",
        ])
    func damage(name: String) throws {
        let target = try #require(try FuzzTarget.all().first { $0.name == name })
        let folder = try TemporaryFolder(inMemory: true)
        for seed in target.seeds { try target.run(seed, in: folder, isSound: true) }
        var mutator = Mutator(seed: 1)
        for iteration in 0..<(name == "tokenizer" ? 60 : 400) {
            try target.run(target.damaged(by: &mutator, iteration), in: folder)
        }
    }

    @Test("Every reader that can be fuzzed is tested here")
    func names() throws {
        #expect(try FuzzTarget.all().count == 11)
    }
}
