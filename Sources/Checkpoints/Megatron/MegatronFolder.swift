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
        let names = Self.ranks(folder)
        guard !names.isEmpty || !Self.isDistributed(folder) else {
            throw FileError.unsuitable(
                path: folder, expected: "a checkpoint of torch.save (mp_rank_00/\(Self.archive))",
                found: "one of Megatron's distributed format (torch_dist)")
        }
        if let split = names.first(where: { $0.dropFirst("mp_rank_".count).contains("_") }) {
            throw FileError.unsuitable(
                path: folder, expected: "ranks of tensor parallelism alone (mp_rank_00, mp_rank_01, …)",
                found: "\(split.shown), a stage of pipeline parallelism")
        }
        archives = try (0..<max(1, names.count)).map { rank in
            let name = rank < 10 ? "mp_rank_0\(rank)/\(Self.archive)" : "mp_rank_\(rank)/\(Self.archive)"
            guard Self.exists("\(folder)/\(name)") else {
                throw CheckpointError.missingFile(folder: folder, name: name)
            }
            return "\(folder)/\(name)"
        }
    }

    /// The folder that has the ranks' folders.
    private static func iteration(_ path: String) throws -> String? {
        func isOne(_ folder: String) -> Bool { !ranks(folder).isEmpty || isDistributed(folder) }
        let hasRanks = isOne(path)
        guard exists("\(path)/\(latest)") else {
            if hasRanks { return path }
            if isOne("\(path)/release") { return "\(path)/release" }
            if let found = partOf(path) {
                throw FileError.unsuitable(
                    path: path, expected: "\(latest), or mp_rank_00/\(archive)", found: "\(found.shown) by itself")
            }
            return nil
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

    /// What a folder has that is part of a checkpoint without being one: a rank's archive, or iterations that no file
    /// chooses from; nil where there is nothing of the kind.
    private static func partOf(_ path: String) -> String? {
        if exists("\(path)/\(archive)") { return archive }
        return contents(path).filter { $0.wholeMatch(of: #/iter_[0-9]{7,}/#) != nil }.max()
    }

    private static func contents(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Names of the ranks' folders in `folder`, in order; those of pipeline stages among them.
    private static func ranks(_ folder: String) -> [String] {
        contents(folder).filter { $0.wholeMatch(of: #/mp_rank_[0-9]+(_[0-9]+)?/#) != nil }.sorted()
    }

    private static func isDistributed(_ folder: String) -> Bool {
        exists("\(folder)/.metadata") && exists("\(folder)/common.pt")
    }
}
