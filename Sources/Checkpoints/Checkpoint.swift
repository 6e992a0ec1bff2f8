import Descriptions
import Files
import Foundation

/// A model's folder: `config.json`, its weights, and perhaps a tokenizer.
public struct Checkpoint: Sendable {
    /// The folder's path.
    public let path: String
    /// Its `config.json`.
    public let configuration: ModelConfiguration
    /// Its tensors, mapped, by their Hugging Face names.
    public let weights: any WeightSource
    let configurationBytes: [UInt8]
    private let safetensors: SafetensorsFile

    /// The folder's last name: what the model is called.
    public var name: String { URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent }

    /// The SentencePiece model beside the weights; nil if there is none.
    public var tokenizerPath: String? {
        let candidate = "\(path)/tokenizer.model"
        return FileManager.default.fileExists(atPath: candidate) ? candidate : nil
    }

    /// Opens the folder at `path`, and checks that its weights are those its configuration describes.
    /// - Throws: `CheckpointError`, `ConfigurationError`, or `FileError`.
    public init(path: String) throws {
        self.path = path
        let configurationPath = try Checkpoint.file("config.json", in: path)
        configurationBytes = try MappedFile.contents(of: configurationPath)
        configuration = try ModelConfiguration(json: Data(configurationBytes), path: configurationPath)
        guard configuration.unsupported.isEmpty else {
            throw ConfigurationError.unsupported(path: configurationPath, features: configuration.unsupported)
        }
        safetensors = try SafetensorsFile(path: try Checkpoint.file("model.safetensors", in: path))
        weights = safetensors
        try Checkpoint.check(weights, against: configuration)
    }

    private static func file(_ name: String, in folder: String) throws -> String {
        let path = "\(folder)/\(name)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw CheckpointError.missingFile(folder: folder, name: name)
        }
        return path
    }

    private static func check(_ weights: any WeightSource, against configuration: ModelConfiguration) throws {
        let shapes = TensorName.shapes(of: configuration)
        let names = Set(shapes.map(\.name))
        for (name, shape) in shapes {
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
        digest.update(safetensors.header)
        for name in weights.names {
            guard let bytes = weights.tensor(name)?.bytes else { continue }
            digest.update(UnsafeRawBufferPointer(rebasing: bytes.prefix(4096)))
            digest.update(UnsafeRawBufferPointer(rebasing: bytes.suffix(4096)))
        }
        return digest.finalize().hexadecimal
    }
}
