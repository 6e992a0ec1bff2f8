import Files
import Foundation

/// Where the files of a Megatron-LM checkpoint are. The folder of a run has `latest_checkpointed_iteration.txt`, which
/// names an iteration or says `release`, and a folder for it; NVIDIA's published ones have the ranks' folders beside it.
struct MegatronFolder {
    /// The archive of each rank, in their order.
    let archives: [String]

    private static let latest = "latest_checkpointed_iteration.txt"
    private static let archive = "model_optim_rng.pt"

    /// The files in the folder at `path`; nil where it does not look like Megatron's.
    /// - Throws: `FileError`, `CheckpointError.missingFile`.
    init?(path: String) throws {
        guard let folder = try Self.iteration(path) else { return nil }
        let ranks = try Self.ranks(folder)
        if let split = ranks.first(where: { $0.dropFirst(Self.prefix.count).contains("_") }) {
            throw FileError.unsuitable(
                path: folder, expected: "ranks of tensor parallelism alone (mp_rank_00, mp_rank_01, …)",
                found: "\(split.shown), a stage of pipeline parallelism")
        }
        archives = try (0..<max(1, ranks.count)).map { rank in
            let name = rank < 10 ? "\(Self.prefix)0\(rank)/\(Self.archive)" : "\(Self.prefix)\(rank)/\(Self.archive)"
            guard Self.exists("\(folder)/\(name)") else {
                if ranks.isEmpty, let sign = Self.distributed.first(where: { Self.exists("\(folder)/\($0)") }) {
                    throw FileError.unsuitable(
                        path: folder, expected: "ranks of tensor parallelism (mp_rank_00, mp_rank_01, …)",
                        found: "\(sign), of a distributed checkpoint (torch_dist)")
                }
                throw CheckpointError.missingFile(folder: folder, name: name)
            }
            return "\(folder)/\(name)"
        }
    }

    private static let prefix = "mp_rank_"
    /// Files of Megatron's other format, which has no ranks.
    private static let distributed = ["metadata.json", ".metadata", "common.pt"]

    /// The names of the ranks' folders in `folder`, sorted: `mp_rank_00`, or `mp_rank_00_000` with a pipeline's stage.
    private static func ranks(_ folder: String) throws -> [String] {
        guard exists(folder) else { return [] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw FileError.unreadable(path: folder, reason: "the folder cannot be listed")
        }
        return names.filter { $0.wholeMatch(of: /mp_rank_[0-9]+(_[0-9]+)?/) != nil }.sorted()
    }

    /// The folder that has the ranks' folders.
    private static func iteration(_ path: String) throws -> String? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return nil
        }
        let hasRanks = try !ranks(path).isEmpty
        guard exists("\(path)/\(latest)") else {
            return try hasRanks ? path : ranks("\(path)/release").isEmpty ? nil : "\(path)/release"
        }
        let word = try word(of: "\(path)/\(latest)")
        let folder = "\(path)/\(word)"
        return exists(folder) || !hasRanks ? folder : path
    }

    /// The folder's name that the file at `path` stands for: `release`, or `iter_0001000` for 1000.
    private static func word(of path: String) throws -> String {
        let bytes = try MappedFile.contents(of: path)
        let text = String(decoding: bytes.prefix(100), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if text == "release" { return text }
        guard bytes.count <= 100, let iteration = Int(text), iteration >= 0 else {
            throw FileError.malformedLine(
                path: path, line: 1, expected: "the number of an iteration, or release", found: text.shown)
        }
        let digits = "\(iteration)"
        return "iter_" + String(repeating: "0", count: max(0, 7 - digits.count)) + digits
    }

    private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
