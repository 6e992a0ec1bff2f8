import Foundation

/// Writes a file aside and renames it into place, so that a reader sees the old file or the whole new one.
public enum AtomicFile {
    /// Writes `bytes` to `path`.
    /// - Throws: `FileError.unwritable`; nothing is left behind then.
    public static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
        let aside = "\(path).\(getpid()).partial"
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.unwritable(path: path, reason: FileError.systemReason) }
        do {
            try writeAndClose(Array(bytes), to: descriptor, path: path)
            guard rename(aside, path) == 0 else {
                throw FileError.unwritable(path: path, reason: FileError.systemReason)
            }
        } catch {
            unlink(aside)
            throw error
        }
    }

    private static func writeAndClose(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
        do {
            try write(bytes, to: descriptor, path: path)
            guard fsync(descriptor) == 0 else {
                throw FileError.unwritable(path: path, reason: FileError.systemReason)
            }
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw FileError.unwritable(path: path, reason: FileError.systemReason) }
    }

    /// Writes text as UTF-8.
    public static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    /// Writes all of `bytes` to an open descriptor, however many calls it takes.
    public static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
        try bytes.withUnsafeBytes { try write($0, to: descriptor, path: path) }
    }

    /// The same out of memory that is somebody else's.
    public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let block = UnsafeRawBufferPointer(rebasing: rest)
            let count = Foundation.write(descriptor, block.baseAddress, block.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileError.unwritable(path: path, reason: FileError.systemReason) }
            rest = rest.dropFirst(count)
        }
    }
}
