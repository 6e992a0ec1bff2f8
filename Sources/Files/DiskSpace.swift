import Foundation

/// Room on the disk.
public enum DiskSpace {
    /// Checks that `bytes` more fit where the new file or folder `path` is to be.
    /// - Throws: `FileError.unwritable` that names what is needed and what is free; also where the folder above `path`
    ///   is missing.
    public static func require(_ bytes: Int, for path: String) throws {
        let folder = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent().path
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        guard free >= bytes else {
            throw FileError.unwritable(path: path, reason: "\(text(bytes)) are needed, \(text(free)) are free")
        }
    }

    private static func text(_ bytes: Int) -> String {
        bytes < 1_000_000_000
            ? String(format: "%.1f MB", Double(bytes) / 1e6) : String(format: "%.1f GB", Double(bytes) / 1e9)
    }
}
