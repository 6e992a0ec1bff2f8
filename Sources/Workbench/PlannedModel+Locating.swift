import BundledModels
import Capacity
import Checkpoints
import Recording
import Tokenizers

extension PlannedModel {
    /// The model that a command line means: the name of a bundled one, a Megatron checkpoint's folder, or what
    /// `PlannedModel.named` takes.
    /// - Throws: what that, and opening a checkpoint, throw.
    public static func located(_ word: String) throws -> PlannedModel {
        if let bundled = BundledModel(rawValue: word) {
            var model = try named(try bundled.folder())
            model.sources = [Provenance(about: ["*"], source: "MODEL_CARD.md, beside the model", date: "2026-11")]
            return model
        }
        guard try Checkpoint.isMegatron(path: word) else { return try named(word) }
        // With the tokenizer beside it, its vocabulary is known from its padding.
        let vocabulary = try Checkpoint.tokenizerPath(in: word).map { TextVocabulary(try TokenizerFile.open(path: $0)) }
        let checkpoint = try Checkpoint(path: word, vocabulary: vocabulary)
        return PlannedModel(name: checkpoint.name, configuration: checkpoint.configuration)
    }
}
