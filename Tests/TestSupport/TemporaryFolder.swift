import Files
import Foundation

/// A folder of a test's own, removed with everything in it when the object goes.
package final class TemporaryFolder {
    /// Where it is.
    package let path: String

    /// A new, empty folder.
    /// - Parameter inMemory: whether it is to be in memory where the system has room for files there, for tests that
    ///   wait for the disk thousands of times over small files.
    package init(inMemory: Bool = false) throws {
        let memory = "/dev/shm"
        let place =
            inMemory && FileManager.default.isWritableFile(atPath: memory)
            ? URL(fileURLWithPath: memory) : FileManager.default.temporaryDirectory
        let url = place.appendingPathComponent("headroom-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file into it and returns its path.
    @discardableResult
    package func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        try AtomicFile.write(bytes, to: file)
        return file
    }

    /// Makes a folder in it, and those above where needed.
    package func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }

    /// Removes a file or folder in it.
    package func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

    /// Writes a text file into it and returns its path.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }
}
