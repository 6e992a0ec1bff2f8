import Files
import Foundation

/// The system's calls that a trace's writer needs, with its errors.
enum TraceFile {
    /// Writes bytes at `offset`, into the system's memory: they outlive this process, but no power loss before `sync`.
    /// - Throws: `FileError.unwritable`.
    static func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int, path: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = pwrite(
                    descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw unwritable(path) }
                done += count
            }
        }
    }

    /// Waits until all that was written is on the disk, and the file's length.
    /// - Throws: `FileError.unwritable`.
    static func sync(_ descriptor: Int32, path: String) throws {
        guard fdatasync(descriptor) == 0 else { throw unwritable(path) }
    }

    /// Opens a file to write on and locks it against other writers.
    /// - Throws: `FileError`, or `TraceError.busy`.
    static func open(_ path: String, flags: Int32 = 0) throws -> Int32 {
        let descriptor = Foundation.open(path, O_RDWR | O_CLOEXEC | flags, 0o644)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? FileError.exists(path: path) : unwritable(path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = errno == EWOULDBLOCK ? TraceError.busy(path: path) : unwritable(path) as any Error
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Waits until a new file's name is on the disk, too.
    static func syncFolder(of path: String) {
        let folder = Foundation.open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// The error for the last failed call.
    static func unwritable(_ path: String) -> FileError { .unwritable(path: path, reason: FileError.systemReason) }
}
