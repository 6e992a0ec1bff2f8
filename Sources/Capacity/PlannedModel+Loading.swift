import Descriptions
import Files
import Foundation

extension PlannedModel {
    static let folder = DataFolder(name: "models")

    /// The model that a command line means: a name or alias, loose in case, `-` and `_`, or the path of a
    /// `config.json` or of a folder that holds one.
    /// - Throws: `CapacityError.unknown` naming those that exist; `FileError`, `ConfigurationError` for a file.
    public static func named(_ word: String) throws -> PlannedModel {
        let all = try all()
        let key = DataFolder.key(word)
        if let found = all.first(where: { ([$0.name] + $0.aliases).map(DataFolder.key).contains(key) }) {
            return found
        }
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: word, isDirectory: &isFolder)
        guard exists || DataFolder.isPath(word) else {
            throw CapacityError.unknown(kind: "model", name: word, known: all.map(\.name))
        }
        return try PlannedModel(file: isFolder.boolValue ? "\(word)/config.json" : word)
    }

    /// All models that come with Headroom, by name.
    public static func all() throws -> [PlannedModel] { try folder.paths().map(PlannedModel.init(file:)) }

    /// A model out of a `config.json`; Headroom's own files are the same with `name`, `aliases` and `sources` added.
    /// - Throws: `FileError`; `ConfigurationError`, naming the field, or what of the model Headroom cannot plan.
    public init(file path: String) throws {
        let configuration = try ModelConfiguration(json: try DataFolder.contents(of: path), path: path)
        let obstacles = configuration.unsupported.filter { feature in
            !Self.harmless.contains { feature == $0 || feature.hasPrefix($0 + " ") }
        }
        guard obstacles.isEmpty else { throw ConfigurationError.unsupported(path: path, features: obstacles) }
        let card = try DataFolder.decode(ModelCard.self, path: path)
        self.init(
            name: card.name ?? Self.name(of: path), aliases: card.aliases ?? [], configuration: configuration,
            sources: card.sources ?? [])
    }

    /// What the core does not run, and yet changes neither memory nor time.
    private static let harmless = ["rope_scaling", "hidden_act", "partial_rotary_factor"]

    private static func name(of path: String) -> String {
        let url = URL(fileURLWithPath: path)
        let stem = url.deletingPathExtension().lastPathComponent
        return stem == "config" ? url.deletingLastPathComponent().lastPathComponent : stem
    }
}

/// What Headroom's own files say beside a `config.json`'s fields.
private struct ModelCard: Decodable {
    var name: String?
    var aliases: [String]?
    var sources: [Provenance]?
}
