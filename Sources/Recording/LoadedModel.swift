import Checkpoints
import Descriptions
import Files
import Inference
import Tokenizers

/// A model's folder, opened: weights mapped, and its tokenizer where there is one.
public struct LoadedModel: Sendable {
    /// The folder.
    public let checkpoint: Checkpoint
    /// The weights.
    public let llama: LlamaModel
    /// Text to tokens and back; nil where there is none.
    public let tokenizer: (any TextTokenizer)?

    /// Opens the folder at `path`.
    /// - Parameters:
    ///   - tokenizerPath: the tokenizer's file; nil for the one in the folder, if there is one.
    ///   - weightMemory: bytes of weights that may be in memory at once; the weights of a larger model are streamed. By
    ///     default three quarters of the machine's memory.
    /// - Throws: what `Checkpoint`, `LlamaModel` and `TokenizerFile` throw.
    public init(path: String, tokenizerPath: String? = nil, weightMemory: Int? = nil) throws {
        tokenizer = try (tokenizerPath ?? Checkpoint.tokenizerPath(in: path)).map {
            try TokenizerFile.open(path: $0)
        }
        checkpoint = try Checkpoint(path: path, vocabulary: tokenizer.map { TextVocabulary($0) })
        llama = try LlamaModel(checkpoint, weightMemory: weightMemory ?? MachineMemory.bytes / 4 * 3)
    }

    /// Reads and checks all prompts at `paths`, to be run under `policy` (nil: the model's own), each of `leastTokens` or
    /// more.
    public func prompts(at paths: [String], policy: CachePolicy? = nil, leastTokens: Int = 1) throws -> [Prompt] {
        try promptReader(policy, leastTokens: leastTokens).read(paths: paths)
    }

    /// A reader of prompts for this model, to be run under `policy` (nil: the model's own).
    public func promptReader(_ policy: CachePolicy? = nil, leastTokens: Int = 1) -> PromptReader {
        PromptReader(
            tokenizer: tokenizer, vocabularySize: llama.configuration.vocabularySize,
            bosToken: llama.configuration.bosToken,
            contextLength: llama.contextLength(under: policy ?? llama.defaultPolicy), leastTokens: leastTokens)
    }
}
