import Descriptions
import Files
import Foundation

/// Writes a model's folder in Hugging Face's form: `config.json`, safetensors, and the tokenizer.
struct CheckpointWriter {
    /// The fields of `config.json`.
    let fields: [String: JSONValue]
    /// The tensors, in the order in which they are written.
    let entries: [SafetensorsWriter.Entry]
    /// The tokenizer to go along; nil for none.
    let tokenizerPath: String?

    /// What transformers' own shards have at most.
    static let shardBytes = 5_000_000_000

    /// Writes the new folder `path`: aside, then renamed.
    /// - Throws: `FileError`; nothing is left behind then.
    func write(to path: String, shardBytes: Int = CheckpointWriter.shardBytes) throws {
        let target = URL(fileURLWithPath: path).standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: target) else { throw FileError.exists(path: path) }
        try DiskSpace.require(entries.reduce(0) { $0 + $1.count }, for: path)
        let aside = "\(target).\(getpid()).partial"
        do {
            do {
                try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: false)
            } catch {
                throw FileError.unwritable(path: path, reason: "its folder cannot be made")
            }
            try AtomicFile.write(Array(try JSONEncoder.sorted.encode(fields)), to: "\(aside)/config.json")
            if let tokenizerPath {
                let bytes = try MappedFile.contents(of: tokenizerPath)
                let name = bytes.first == UInt8(ascii: "{") ? "tokenizer.json" : "tokenizer.model"
                try AtomicFile.write(bytes, to: "\(aside)/\(name)")
            }
            try SafetensorsWriter.write(entries, folder: aside, shardBytes: shardBytes)
            guard rename(aside, target) == 0 else {
                throw FileError.unwritable(path: path, reason: FileError.systemReason)
            }
        } catch {
            try? FileManager.default.removeItem(atPath: aside)
            throw error
        }
    }
}

extension Checkpoint {
    /// The field `headroom_conversion` after one more step: what was done to the weights since training.
    func conversionField(adding step: String) -> JSONValue {
        .string([configuration.conversion, step].compactMap { $0 }.joined(separator: "; "))
    }
}

extension MappedTensor {
    /// This tensor as it is, to be written under `name`.
    func entry(_ name: String) -> SafetensorsWriter.Entry {
        SafetensorsWriter.Entry(name: name, shape: shape, elementType: elementType) { sink in
            try forEachPart(0, to: byteCount, sink)
        }
    }
}
