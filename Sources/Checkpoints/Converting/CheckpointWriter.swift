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
    /// - Parameters:
    ///   - shardBytes: bytes of a shard at most; nil for `shardBytes`.
    ///   - progress: is told how many bytes of how many are written; what it throws ends the work.
    /// - Throws: `FileError`; nothing is left behind then.
    func write(to path: String, shardBytes: Int?, progress: @escaping ConversionProgress) throws {
        let total = entries.reduce(0) { $0 + $1.count }
        var done = 0
        let watched = entries.map { entry in
            SafetensorsWriter.Entry(name: entry.name, shape: entry.shape, elementType: entry.elementType) { sink in
                try entry.write(sink)
                done += entry.count
                try progress(done, total)
            }
        }
        try AtomicFolder.make(path, room: total) { aside in
            try AtomicFile.write(Array(try JSONEncoder.sorted.encode(fields)), to: "\(aside)/config.json")
            if let tokenizerPath {
                let bytes = try MappedFile.contents(of: tokenizerPath)
                let name = bytes.first == UInt8(ascii: "{") ? "tokenizer.json" : "tokenizer.model"
                try AtomicFile.write(bytes, to: "\(aside)/\(name)")
            }
            try SafetensorsWriter.write(watched, folder: aside, shardBytes: shardBytes ?? Self.shardBytes)
        }
    }
}

/// Is told how many bytes of how many are written; what it throws ends the work.
public typealias ConversionProgress = (_ done: Int, _ of: Int) throws -> Void

extension Checkpoint {
    /// The field `headroom_conversion` after one more step: what was done to the weights since training.
    func conversionField(adding step: String) -> JSONValue {
        .string([configuration.conversion, step].compactMap { $0 }.joined(separator: "; "))
    }
}

extension MappedTensor {
    /// This tensor as it is, to be written under `name`. Its pages are given back: all of a model's might not fit.
    func entry(_ name: String) -> SafetensorsWriter.Entry {
        SafetensorsWriter.Entry(name: name, shape: shape, elementType: elementType) { sink in
            defer { release() }
            try forEachPart(0, to: byteCount, sink)
        }
    }
}
