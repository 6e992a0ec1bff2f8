import Foundation

/// Groups of processes that the system gives less memory than the machine has, such as containers.
package enum ControlGroup {
    /// Where a version of them says what a group has.
    private struct Version {
        /// The folder of all groups, below the root.
        let folder: String
        let limit: String
        let usage: String
        /// The lines of `memory.stat` with what of the usage goes as soon as memory is short: files that were read.
        let files: [Substring]
        /// The line of it with what of these does not: somebody has it mapped.
        let mapped: Substring

        static let first = Version(
            folder: "/memory", limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes",
            files: ["total_inactive_file", "total_active_file"], mapped: "total_mapped_file")
        static let second = Version(
            folder: "", limit: "memory.max", usage: "memory.current", files: ["inactive_file", "active_file"],
            mapped: "file_mapped")
    }

    /// Bytes that this process's groups, and those that these are in, leave to it; nil where none has a limit.
    /// - Parameters:
    ///   - memberships: its groups, as the system lists them: number, controllers and path, with colons between them.
    ///   - root: the folder with the groups' files.
    package static func free(memberships: String = "/proc/self/cgroup", root: String = "/sys/fs/cgroup") -> Int? {
        lines(memberships).flatMap { line -> [Int] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let isSecond = parts[1].isEmpty
            guard isSecond || parts[1].split(separator: ",").contains("memory") else { return [] }
            return groups(upFrom: parts[2]).compactMap { free(in: root, $0, isSecond ? .second : .first) }
        }.min()
    }

    /// A group's path, and those of all that it is in. Within a container the innermost are missing below the root, which
    /// is its own group's.
    private static func groups(upFrom path: Substring) -> [String] {
        let names = path.split(separator: "/")
        return (0...names.count).map { "/" + names.prefix($0).joined(separator: "/") }
    }

    private static func free(in root: String, _ group: String, _ version: Version) -> Int? {
        let folder = root + version.folder + group
        guard let limit = lines("\(folder)/\(version.limit)").first.flatMap({ Int($0) }),
            let usage = lines("\(folder)/\(version.usage)").first.flatMap({ Int($0) })
        else { return nil }
        let spare = lines("\(folder)/memory.stat").reduce(0) { sum, line in
            let words = line.split(separator: " ")
            guard words.count == 2, let bytes = Int(words[1]) else { return sum }
            return version.files.contains(words[0]) ? sum + bytes : words[0] == version.mapped ? sum - bytes : sum
        }
        // A limit may be the largest number there is, and the figures of different moments.
        return max(0, limit - max(0, usage - max(0, spare)))
    }

    private static func lines(_ path: String) -> [Substring] {
        (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
    }
}
