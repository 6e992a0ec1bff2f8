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
            fields = megatron.fields
            // It is in the archives, whose pickles are the weights' headers.
            configurationBytes = []
        } else {
            let file = try Checkpoint.file("config.json", in: path)
            configurationBytes = try MappedFile.contents(of: file, limit: 1 << 22)
            configuration = try ModelConfiguration(json: Data(configurationBytes), path: file)
            guard configuration.unsupported.isEmpty else {
                throw ConfigurationError.unsupported(path: file, features: configuration.unsupported)
            }
            fields = try JSONDecoder().decode([String: JSONValue].self, from: Data(configurationBytes))
            weights = try Checkpoint.safetensors(in: path)
        }
        try Checkpoint.check(weights, against: configuration)
    }

    /// Whether the folder at `path` is Megatron-LM's.
    public static func isMegatron(path: String) throws -> Bool { try megatronFolder(path) != nil }

    private static func megatronFolder(_ path: String) throws -> MegatronFolder? {
        has("config.json", in: path) ? nil : try MegatronFolder(path: path)
    }

    /// One file, or shards with an index.
    private static func safetensors(in folder: String) throws -> any WeightSource {
        if !has(SafetensorsFolder.single, in: folder), has(SafetensorsFolder.index, in: folder) {
            return try SafetensorsFolder(path: folder)
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
                    expected: ElementType.allCases.map(\.rawValue).joined(separator: " or "), found: type.shown)
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
