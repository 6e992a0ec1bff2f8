import Descriptions
import Files
import Foundation

/// An opened Megatron checkpoint: its configuration in Hugging Face's terms, and its weights.
struct MegatronCheckpoint {
    let fields: [String: JSONValue]
    let configuration: ModelConfiguration
    let weights: MegatronWeights

    /// Opens the archives that `folder` found at `path`.
    /// - Throws: `FileError`, `CheckpointError`, `ConfigurationError`.
    init(_ folder: MegatronFolder, path: String, vocabulary: TextVocabulary?) throws {
        let ranks = try folder.archives.map(MegatronRank.init(path:))
        let arguments = try MegatronArguments(ranks[0].archive, ranks[0].arguments)
        let trained = try arguments.integer("tensor_model_parallel_size") ?? ranks.count
        guard trained == ranks.count else {
            throw FileError.unsuitable(
                path: path, expected: "the \(trained) ranks of its args (tensor_model_parallel_size)",
                found: "\(ranks.count)")
        }
        fields = try arguments.huggingFaceFields(hasOutput: ranks[0].model[MegatronLayout.output] != nil, vocabulary)
        configuration = try ModelConfiguration(fields: fields, path: folder.archives[0])
        weights = try MegatronWeights(
            ranks, configuration: configuration, paddedVocabulary: try arguments.paddedVocabularySize(), path: path)
    }
}
