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
        let hasOutput = ranks[0].model[MegatronLayout.output] != nil
        fields = try arguments.huggingFaceFields(hasOutput: hasOutput, vocabulary)
        for rank in ranks.dropFirst() {
            guard rank.iteration == ranks[0].iteration else {
                throw FileError.unsuitable(
                    path: rank.archive.path, expected: "iteration \(Self.shown(ranks[0].iteration)), as in rank 0",
                    found: Self.shown(rank.iteration))
            }
            let other = try MegatronArguments(rank.archive, rank.arguments)
                .huggingFaceFields(hasOutput: hasOutput, vocabulary)
            if let name = Set(fields.keys).union(other.keys).sorted().first(where: { other[$0] != fields[$0] }) {
                throw FileError.unsuitable(
                    path: rank.archive.path, expected: "a model as its args in rank 0 describe it",
                    found: "another \(name)")
            }
        }
        configuration = try ModelConfiguration(fields: fields, path: folder.archives[0])
        weights = try MegatronWeights(
            ranks, configuration: configuration, paddedVocabulary: try arguments.paddedVocabularySize(), path: path)
    }

    private static func shown(_ iteration: PickleValue?) -> String { iteration.map { "\($0)" } ?? "nothing" }
}
