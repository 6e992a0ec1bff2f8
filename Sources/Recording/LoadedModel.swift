import Checkpoints
import Inference
import Tokenizers

/// A model's folder, opened: weights mapped, and its tokenizer where there is one.
public struct LoadedModel: Sendable {
    /// The folder.
    public let checkpoint: Checkpoint
    /// The weights.
    public let llama: LlamaModel
    /// Text to tokens and back; nil where the folder has no `tokenizer.model`.
    public let tokenizer: SentencePieceTokenizer?

    /// Opens the folder at `path`.
    /// - Throws: what `Checkpoint`, `LlamaModel` and `SentencePieceTokenizer` throw.
    public init(path: String) throws {
        checkpoint = try Checkpoint(path: path)
        llama = try LlamaModel(checkpoint)
        tokenizer = try checkpoint.tokenizerPath.map { try SentencePieceTokenizer.open(path: $0) }
    }

    /// Reads and checks all prompts at `paths` for this model.
    public func prompts(at paths: [String]) throws -> [Prompt] { try promptReader.read(paths: paths) }

    /// A reader of prompts for this model.
    public var promptReader: PromptReader {
        PromptReader(
            tokenizer: tokenizer, vocabularySize: llama.configuration.vocabularySize,
            bosToken: llama.configuration.bosToken, contextLength: llama.configuration.maxPositions)
    }
}
