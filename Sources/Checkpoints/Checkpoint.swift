import Descriptions
import Files
import Foundation

/// A model's folder, opened: its configuration, its weights, and perhaps a tokenizer beside them. It is Hugging Face's
/// (`config.json` and safetensors, in one file or in shards with an index) or Megatron-LM's.
public struct Checkpoint: Sendable {
    /// The folder's path.
    public let path: String
    /// Shape and constants.
    public let configuration: ModelConfiguration
    /// Its tensors, mapped, by their Hugging Face names.
    public let weights: any WeightSource
    /// What to know before its numbers are trusted, in a line; nil for nothing.
    public let note: String?
    /// The configuration as a `config.json` has it, with what Headroom passes over.
    let fields: [String: JSONValue]
    /// What a fingerprint takes in before the weights' own headers.
    private let configurationBytes: [UInt8]

    /// The folder's last name: what the model is called.
    public var name: String { URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent }

    /// The tokenizer beside the weights; nil if there is none.
    public var tokenizerPath: String? { Checkpoint.tokenizerPath(in: path) }

    /// The tokenizer in the folder at `path`: a SentencePiece model, else a `tokenizer.json`; nil if there is none.
    public static func tokenizerPath(in path: String) -> String? {
        ["tokenizer.model", "tokenizer.json"].first { has($0, in: path) }.map { "\(path)/\($0)" }
    }

    /// Opens the folder at `path`, and checks that its weights are those its configuration describes.
    /// - Parameter vocabulary: the tokenizer's, if there is one; a Megatron checkpoint needs it to tell tokens from
    ///   padding, and to know the tokens that begin and end a text. A `config.json` says so itself.
    /// - Throws: `CheckpointError`, `ConfigurationError`, or `FileError`.
    public init(path: String, vocabulary: TextVocabulary? = nil) throws {
        self.path = path
        if let folder = try Checkpoint.megatronFolder(path) {
            let megatron = try MegatronCheckpoint(folder, path: path, vocabulary: vocabulary)
            configuration = megatron.configuration
            weights = megatron.weights
            note = megatron.note
            fields = megatron.fields
            // It is in the archives, whose pickles are the weights' headers.
            configurationBytes = []
        } else {
            let file = try Checkpoint.file("config.json", in: path)
            configurationBytes = try MappedFile.contents(of: file, limit: 1 << 22)
            let read = try ModelConfiguration(json: Data(configurationBytes), path: file)
            guard read.unsupported.isEmpty else {
                throw ConfigurationError.unsupported(path: file, features: read.unsupported)
            }
            fields = try JSONDecoder().decode([String: JSONValue].self, from: Data(configurationBytes))
            configuration = Checkpoint.completed(read, fields, vocabulary)
            weights = try Checkpoint.safetensors(in: path)
            note = try Checkpoint.note(configuration, vocabulary, file)
        }
        try Checkpoint.check(weights, against: configuration)
    }

    /// Whether the folder at `path` is Megatron-LM's.
    public static func isMegatron(path: String) throws -> Bool { try megatronFolder(path) != nil }

    private static func megatronFolder(_ path: String) throws -> MegatronFolder? {
        has("config.json", in: path) ? nil : try MegatronFolder(path: path)
    }

    /// With the tokens that begin and end a text by the tokenizer's word, where the file does not name them.
    private static func completed(
        _ configuration: ModelConfiguration, _ fields: [String: JSONValue], _ vocabulary: TextVocabulary?
    ) -> ModelConfiguration {
        var completed = configuration
        if fields["bos_token_id"] == nil { completed.bosToken = vocabulary?.bosToken }
        if fields["eos_token_id"] == nil { completed.eosTokens = [vocabulary?.eosToken].compactMap { $0 } }
        return completed
    }

    /// What is odd about the tokenizer for a model of as many tokens; nil for nothing.
    /// - Throws: `FileError` where it has tokens that the model has not.
    private static func note(
        _ configuration: ModelConfiguration, _ vocabulary: TextVocabulary?, _ path: String
    ) throws -> String? {
        guard let found = vocabulary?.size, found != configuration.vocabularySize else { return nil }
        guard found < configuration.vocabularySize else {
            throw FileError.unsuitable(
                path: path, expected: "a tokenizer of at most the model's \(configuration.vocabularySize) tokens",
                found: "one of \(found)")
        }
        return
            "\(path): the model has \(configuration.vocabularySize) tokens and the tokenizer \(found); the others are "
            + "taken for tokens too"
    }

    /// One file, or shards with an index.
    private static func safetensors(in folder: String) throws -> any WeightSource {
        if !has(SafetensorsFolder.single, in: folder), has(SafetensorsFolder.index, in: folder) {
            return try SafetensorsFolder(path: folder)
        }
        if !has(SafetensorsFolder.single, in: folder),
            let other = ["pytorch_model.bin", "pytorch_model.bin.index.json"].first(where: { has($0, in: folder) })
        {
            throw FileError.unsuitable(
                path: folder, expected: "weights in safetensors", found: "\(other), which is not read")
        }
        return try SafetensorsFile(path: try file(SafetensorsFolder.single, in: folder))
    }

    private static func has(_ name: String, in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    }

    private static func file(_ name: String, in folder: String) throws -> String {
        guard has(name, in: folder) else { throw CheckpointError.missingFile(folder: folder, name: name) }
        return "\(folder)/\(name)"
    }

    private static func check(_ weights: any WeightSource, against configuration: ModelConfiguration) throws {
        let shapes = TensorName.shapes(of: configuration)
        let names = Set(shapes.map(\.name))
        for (name, shape) in shapes {
            if let type = weights.otherType(name) {
                throw CheckpointError.wrongType(
                    path: weights.path, name: name,
                    expected: names.contains(TensorName.scale(of: name)) ? "I8" : "F32, F16 or BF16", found: type.shown)
            }
            guard let tensor = weights.tensor(name) else {
                throw CheckpointError.missingTensor(path: weights.path, name: name)
            }
            guard tensor.shape == shape else {
                throw CheckpointError.wrongShape(path: weights.path, name: name, expected: shape, found: tensor.shape)
            }
            let isWhole = names.contains(TensorName.scale(of: name))
            guard (tensor.elementType == .int8) == isWhole, !TensorName.isScale(name) || tensor.elementType == .float32
            else {
                throw CheckpointError.wrongType(
                    path: weights.path, name: name,
                    expected: isWhole ? "I8" : TensorName.isScale(name) ? "F32" : "floating-point numbers",
                    found: tensor.elementType.rawValue)
            }
        }
        // One layer more than config.json has: the configuration would silently run a cut model.
        let beyond = TensorName.attentionNorm(layer: configuration.layers)
        guard weights.tensor(beyond) == nil else {
            throw FileError.unsuitable(
                path: weights.path, expected: "the \(configuration.layers) layers of config.json",
                found: "a tensor \(beyond)")
        }
        // Biases, norms and adapters of another model: without them it would silently be a wrong one.
        if let other = weights.names.first(where: { !names.contains($0) && TensorName.isOfLayer($0) }) {
            throw FileError.unsuitable(
                path: weights.path, expected: "a plain Llama's tensors", found: "a tensor \(other.shown)")
        }
    }

    /// SHA-256, in hexadecimal, over the configuration, the tensor headers, and the first and last 4 KiB of each tensor
    /// in the order of their names: cheap, and different for any two trainings of one model.
    public var fingerprint: String {
        var digest = Digest()
        digest.update(configurationBytes)
        for header in weights.headers { digest.update(header) }
        for tensor in weights.stored {
            let count = tensor.byteCount
            tensor.forEachPart(0, to: min(count, 4096)) { digest.update($0) }
            tensor.forEachPart(max(0, count - 4096), to: count) { digest.update($0) }
        }
        return digest.finalize().hexadecimal
    }
}
