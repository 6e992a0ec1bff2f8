import Descriptions
import Files
import Foundation

/// An opened Megatron checkpoint: its configuration in Hugging Face's terms, and its weights.
struct MegatronCheckpoint {
    let fields: [String: JSONValue]
    let configuration: ModelConfiguration
    let weights: MegatronWeights
    /// What to know before its numbers are trusted; nil for nothing.
    let note: String?

    /// Opens the archives that `folder` found at `path`.
    /// - Throws: `FileError`, `CheckpointError`, `ConfigurationError`.
    init(_ folder: MegatronFolder, path: String, vocabulary: TextVocabulary?) throws {
        let ranks = try folder.archives.map(MegatronRank.init(path:))
        let all = try ranks.map { try MegatronArguments($0.archive, $0.arguments) }
        let arguments = all[0]
        let trained = try arguments.integer("tensor_model_parallel_size") ?? ranks.count
        guard trained == ranks.count else {
            throw FileError.unsuitable(
                path: path, expected: "the \(trained) ranks of its args (tensor_model_parallel_size)",
                found: "\(ranks.count)")
        }
        let described = try zip(ranks, all).map { rank, arguments in
            try arguments.huggingFaceFields(hasOutput: rank.model[MegatronLayout.output] != nil, vocabulary)
        }
        fields = described[0]
        note =
            try arguments.hasUnknownPadding(vocabulary)
            ? "\(path): neither args nor a tokenizer say how many of the \(try arguments.paddedVocabularySize()) rows of its "
                + "embedding are tokens; all are taken for some" : nil
        try Self.check(ranks, described)
        try Self.checkOrder(ranks, all)
        configuration = try ModelConfiguration(fields: fields, path: folder.archives[0])
        weights = try MegatronWeights(
            ranks, configuration: configuration, paddedVocabulary: try arguments.paddedVocabularySize(), path: path)
    }

    /// Archives that say which ranks they are must lie in those ranks' folders. Of checkpoints that one process wrote for
    /// all ranks each may say the same.
    private static func checkOrder(_ ranks: [MegatronRank], _ all: [MegatronArguments]) throws {
        for name in ["tensor_model_parallel_rank", "rank"] {
            let numbers = try all.map { try $0.integer(name) }
            guard Set(numbers).count == ranks.count, numbers.allSatisfy({ ranks.indices.contains($0 ?? -1) }) else {
                continue
            }
            for (index, number) in numbers.enumerated() where number != index {
                throw FileError.unsuitable(
                    path: ranks[index].archive.path, expected: "rank \(index)",
                    found: "args.\(name) \(number ?? index)")
            }
        }
    }

    /// What an interrupted save or copy leaves: ranks of two trainings, or of two of its steps.
    private static func check(_ ranks: [MegatronRank], _ described: [[String: JSONValue]]) throws {
        for (rank, fields) in zip(ranks, described).dropFirst() {
            func refuse(_ what: String, _ expected: String, _ found: String) -> FileError {
                .unsuitable(path: rank.archive.path, expected: "\(what) \(expected), as in rank 0", found: found)
            }
            guard rank.iteration == ranks[0].iteration else {
                throw refuse(
                    "iteration", ranks[0].iteration.map { "\($0)" } ?? "none", rank.iteration.map { "\($0)" } ?? "none")
            }
            for (name, value) in described[0].sorted(by: { $0.key < $1.key }) where fields[name] != value {
                throw refuse(name, "\(value)", fields[name].map { "\($0)" } ?? "none")
            }
        }
    }
}
