import Foundation

/// Writes a folder of files aside and swaps it into place, so that nobody ever sees half of it.
public enum AtomicFolder {
    /// Writes `files`, by their paths within the folder, to the folder `path`, with folders above it where needed.
    /// A folder that is there already is replaced, but only if it holds nothing that `mayReplace`, asked with each
    /// file's path within it, says no to: other people's files are never taken away.
    /// - Throws: `FileError.unwritable`, `FileError.unsuitable`; what was there is as it was then.
    public static func write(
        _ files: [String: [UInt8]], to path: String, mayReplace: (String) -> Bool
    ) throws {
        let folder = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
        let parent = folder.deletingLastPathComponent()
        let exists = try check(folder, path: path, mayReplace: mayReplace)
        let made = try makeFolders(parent, path: path)
        let aside = parent.appendingPathComponent(".\(folder.lastPathComponent).\(getpid()).partial")
        do {
            try fill(aside, with: files, path: path)
            try swap(aside, into: folder, exists: exists, path: path)
        } catch {
            try? FileManager.default.removeItem(at: aside)
            for folder in made.reversed() { rmdir(folder.path) }
            throw error
        }
    }

    /// Makes the new folder `path`: `fill` is given a folder aside, which is renamed when it is whole.
    /// - Parameter room: bytes that must be free on the disk.
    /// - Throws: `FileError.exists`, `FileError.unwritable`, and what `fill` throws; nothing is left behind then.
    public static func make(_ path: String, room: Int, fill: (_ aside: String) throws -> Void) throws {
        let target = URL(fileURLWithPath: path).standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: target) else { throw FileError.exists(path: path) }
        try DiskSpace.require(room, for: path)
        let aside = "\(target).\(getpid()).partial"
        do {
            guard mkdir(aside, 0o755) == 0 else {
                throw FileError.unwritable(path: path, reason: FileError.systemReason)
            }
            try fill(aside)
            guard rename(aside, target) == 0 else {
                throw FileError.unwritable(path: path, reason: FileError.systemReason)
            }
        } catch {
            try? FileManager.default.removeItem(atPath: aside)
            throw error
        }
    }

    /// Checks, before the work for it, that a folder at `path` could be written or replaced.
    /// - Throws: as `write`.
    public static func check(_ path: String, mayReplace: (String) -> Bool) throws {
        _ = try check(
            URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath(), path: path, mayReplace: mayReplace
        )
    }

    /// Whether the folder is there.
    private static func check(_ folder: URL, path: String, mayReplace: (String) -> Bool) throws -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else { return false }
        guard isFolder.boolValue else {
            throw FileError.unwritable(path: path, reason: "a file of that name is in the way")
        }
        guard let names = FileManager.default.enumerator(atPath: folder.path) else {
            throw FileError.unwritable(path: path, reason: "the folder cannot be listed")
        }
        for case let name as String in names {
            let isInner = names.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
            guard isInner || mayReplace(name) else {
                throw FileError.unsuitable(
                    path: path, expected: "a new folder, or an earlier output to replace", found: "'\(name)' in it")
            }
        }
        return true
    }

    /// Makes a folder and those above it; gives the ones it made, outermost first.
    private static func makeFolders(_ folder: URL, path: String) throws -> [URL] {
        var missing: [URL] = []
        var next = folder
        while !FileManager.default.fileExists(atPath: next.path), next.path != "/" {
            missing.insert(next, at: 0)
            next = next.deletingLastPathComponent()
        }
        for (index, folder) in missing.enumerated() where mkdir(folder.path, 0o755) != 0 && errno != EEXIST {
            let error = FileError.unwritable(path: path, reason: FileError.systemReason)
            for made in missing[..<index].reversed() { rmdir(made.path) }
            throw error
        }
        return missing
    }

    private static func fill(_ aside: URL, with files: [String: [UInt8]], path: String) throws {
        // What a killed run of the same process number left is nobody's any more.
        try? FileManager.default.removeItem(at: aside)
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            let file = aside.appendingPathComponent(name)
            do {
                _ = try makeFolders(file.deletingLastPathComponent(), path: path)
                try AtomicFile.write(bytes, to: file.path)
            } catch FileError.unwritable(_, let reason) {
                throw FileError.unwritable(path: path, reason: reason)
            }
        }
    }

    /// Two renames where there was a folder: a reader between them sees none, but never half of one. (Linux can
    /// exchange two folders in one step, by a call that Swift cannot see.)
    private static func swap(_ aside: URL, into folder: URL, exists: Bool, path: String) throws {
        let old = URL(fileURLWithPath: "\(aside.path).old")
        if exists { try move(folder, to: old, path: path) }
        do {
            try move(aside, to: folder, path: path)
        } catch {
            if exists { rename(old.path, folder.path) }
            throw error
        }
        try? FileManager.default.removeItem(at: old)
    }

    private static func move(_ from: URL, to: URL, path: String) throws {
        guard rename(from.path, to.path) == 0 else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
    }
}
