import Descriptions
import Files
import Foundation

/// A model's safetensors in shards, with an index that says which tensor is in which file.
public struct SafetensorsFolder: WeightSource {
    /// The file of a model that has but one.
    static let single = "model.safetensors"
    /// The index of a model in shards.
    static let index = "model.safetensors.index.json"

    /// The shards, by their names' order.
    private let shards: [SafetensorsFile]
    /// The shard of each tensor.
    private let places: [String: Int]
    /// The index's path.
    public let path: String

    public var names: [String] { places.keys.sorted() }
    public func tensor(_ name: String) -> MappedTensor? { places[name].flatMap { shards[$0].tensor(name) } }
    public func otherType(_ name: String) -> String? { places[name].flatMap { shards[$0].otherType(name) } }
    public var headers: [UnsafeRawBufferPointer] { shards.flatMap(\.headers) }
    public var stored: [MappedTensor] { names.compactMap(tensor) }

    private struct Index: Decodable {
        let files: [String: String]

        enum CodingKeys: String, CodingKey { case files = "weight_map" }
    }

    /// Opens the index in the folder at `path`, and all shards that it names.
    /// - Throws: `FileError`; `CheckpointError` for a shard, or a tensor in it, that is not there.
    public init(path: String) throws {
        self.path = "\(path)/\(Self.index)"
        let bytes = try MappedFile.contents(of: self.path, limit: 1 << 23)
        guard let index = try? JSONDecoder().decode(Index.self, from: Data(bytes)) else {
            throw FileError.unsuitable(
                path: self.path, expected: "a JSON object with a `weight_map` of file names", found: "something else")
        }
        let names = Set(index.files.values).sorted()
        if let name = names.first(where: { $0.contains("/") || $0.hasPrefix(".") || !$0.hasSuffix(".safetensors") }) {
            throw FileError.unsuitable(
                path: self.path, expected: "names of .safetensors files beside it", found: name.shown)
        }
        shards = try names.map { name in
            guard FileManager.default.fileExists(atPath: "\(path)/\(name)") else {
                throw CheckpointError.missingFile(folder: path, name: name)
            }
            return try SafetensorsFile(path: "\(path)/\(name)")
        }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        places = index.files.compactMapValues { numbers[$0] }
        for (name, shard) in places.sorted(by: { $0.key < $1.key })
        where shards[shard].tensor(name) == nil && shards[shard].otherType(name) == nil {
            throw FileError.unsuitable(
                path: shards[shard].path, expected: "tensor \(name.shown), as the index says",
                found: "none of that name")
        }
    }
}
