import Inference
import Tokenizers

/// Prompts in, text out.
public struct TextGenerator {
    private let model: LoadedModel
    private let options: RunOptions

    /// A generator for `model`.
    /// - Throws: `PolicyMismatch` where the policy cannot run on it.
    public init(_ model: LoadedModel, options: RunOptions) throws {
        try model.llama.check(options.policy)
        self.model = model
        self.options = options
    }

    /// Goes on from each of `prompts`, one batch after another, and gives what was written in the order in which it ends.
    /// - Parameter wrote: is given the text of a prompt as it comes, always whole characters.
    /// - Throws: `Interrupted` when `shouldStop` ended it; `NonFiniteLogits`.
    public func generate(
        _ prompts: [Prompt], shouldStop: () -> Bool = { false },
        wrote: (_ prompt: Int, _ text: String) -> Void = { _, _ in }
    ) throws -> (texts: [TextGeneration], timing: RunTiming) {
        var texts: [Int: TextGeneration] = [:]
        var decoders = try prompts.map(decoder(behind:))
        let runner = BatchRunner(
            Engine(model.llama, threads: options.threads, arithmetic: options.arithmetic), batch: options.batch,
            contextLength: model.llama.contextLength(under: options.policy)
        ) { index in
            try model.llama.makeCache(options.policy, length: options.length(of: prompts[index]))
        }
        let timing = try runner.run(
            requests(prompts), shouldStop: shouldStop,
            generated: { index, token in
                if let text = try decoders[index]?.add(token), !text.isEmpty { wrote(index, text) }
            },
            finished: { index, result in
                if let rest = try decoders[index]?.finish(), !rest.isEmpty { wrote(index, rest) }
                texts[index] = try generation(prompts[index], result)
            })
        guard texts.count == prompts.count else { throw Interrupted(done: texts.count, total: prompts.count) }
        return (prompts.indices.map { texts[$0]! }, timing)
    }

    private func requests(_ prompts: [Prompt]) -> [GenerationRequest] {
        prompts.enumerated().map { index, prompt in
            GenerationRequest(
                tokens: prompt.tokens, maxNewTokens: options.maxNewTokens,
                sampler: Sampler(options.sampling, seed: options.seed, stream: index), scores: false)
        }
    }

    /// A decoder that has seen the prompt, so that what follows is spaced as its continuation.
    private func decoder(behind prompt: Prompt) throws -> StreamingDecoder? {
        guard let tokenizer = model.tokenizer else { return nil }
        var decoder = StreamingDecoder(tokenizer)
        for token in prompt.tokens { _ = try decoder.add(token) }
        return decoder
    }

    private func generation(_ prompt: Prompt, _ result: GenerationResult) throws -> TextGeneration {
        let heads = result.slots.joined()
        return TextGeneration(
            id: prompt.id, promptTokens: result.promptTokens, tokens: result.tokens,
            text: try text(result), slots: result.slots,
            compressionRatio: Double(result.tokens.count * heads.count) / Double(heads.reduce(0, +)))
    }

    private func text(_ result: GenerationResult) throws -> String? {
        let given = Prompt(id: "", tokens: Array(result.tokens.prefix(result.promptTokens)))
        guard var decoder = try decoder(behind: given) else { return nil }
        let text = try result.tokens.dropFirst(result.promptTokens).map { try decoder.add($0) }.joined()
        return try text + decoder.finish()
    }
}
