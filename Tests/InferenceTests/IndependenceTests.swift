import Descriptions
import Inference
import TestSupport
import Testing

/// What must not change a single bit: threads, who else is in the batch, and whether tokens come in chunks.
struct IndependenceTests {
    private static let models = [
        ModelCase.plain[1], ModelCase.plain[6], ModelCase.compressed[0], ModelCase.compressed[8],
    ]

    @Test("A sequence decoded among others has the bits it has alone", arguments: models)
    func batch(model: ModelCase) throws {
        let loaded = try model.model.loaded()
        let prompts = [1, 5, 130, 40, 17].enumerated().map { model.tokens($1, seed: UInt64($0)) }
        let next = model.tokens(12, seed: 99)
        let together = try decode(loaded, prompts, next)
        for (index, prompt) in prompts.enumerated() {
            let alone = try decode(loaded, [prompt], next)
            #expect(together[index] == alone[0], "sequence \(index)")
            // And it has them among fewer, and elsewhere in the batch.
            let another = prompts[(index + 1) % prompts.count]
            #expect(try decode(loaded, [another, prompt], next)[1] == alone[0], "sequence \(index)")
        }
    }

    /// Bits of the logits behind each of `next`, fed to every prompt: `[prompts][next][vocabulary]`.
    private func decode(_ model: LlamaModel, _ prompts: [[Int]], _ next: [Int]) throws -> [[[UInt32]]] {
        let engine = Engine(model, threads: 2)
        let sequences = try prompts.map { prompt in
            let sequence = DecodingSequence(cache: try model.makeCache(model.defaultPolicy))
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

    @Test("One thread, two and three give the same bits", arguments: models)
    func threads(model: ModelCase) throws {
        let loaded = try model.model.loaded()
        let tokens = model.tokens(200)
        let one = CoreRun(loaded, tokens, .mixed(190), threads: 1)
        for threads in [2, 3] {
            let more = CoreRun(loaded, tokens, .mixed(190), threads: threads)
            #expect(more.bits == one.bits, "\(threads) threads")
            #expect(more.merges == one.merges)
        }
    }

    @Test("The last token's logits are the same whether all were asked for or not", arguments: models)
    func wanted(model: ModelCase) throws {
        let loaded = try model.model.loaded()
        let tokens = model.tokens(140)
        let vocabulary = loaded.configuration.vocabularySize
        var found: [[Float]] = []
        for wanted in [LogitsWanted.all, .last] {
            let engine = Engine(loaded, threads: 1)
            let sequence = DecodingSequence(cache: try loaded.makeCache(loaded.defaultPolicy))
            engine.prefill(tokens, into: sequence, logits: wanted) { first, count, rows in
                guard first + count == tokens.count else { return }
                found.append((0..<vocabulary).map { rows[(count - 1) * vocabulary + $0] })
            }
            #expect(sequence.position == tokens.count)
        }
        #expect(found[0].map(\.bitPattern) == found[1].map(\.bitPattern))
    }

    @Test(
        "Chunks of a prompt have the bits that token by token gives, in either arithmetic",
        arguments: models, ArithmeticMode.allCases)
    func chunks(model: ModelCase, arithmetic: ArithmeticMode) throws {
        let loaded = try model.model.loaded()
        let tokens = model.tokens(300)
        let stepwise = CoreRun(loaded, tokens, .stepwise, arithmetic: arithmetic)
        for path in [CoreRun.Path.parallel, .mixed(77)] {
            let run = CoreRun(loaded, tokens, path, arithmetic: arithmetic)
            #expect(run.bits == stepwise.bits, "\(path)")
            #expect(run.merges == stepwise.merges && run.margins == stepwise.margins, "\(path)")
        }
    }
}
