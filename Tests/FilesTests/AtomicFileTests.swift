import Files
import Foundation
import TestSupport
import Testing

struct AtomicFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A written file is there whole, and nothing beside it")
    func writes() throws {
        try AtomicFile.write("old and long", to: folder.file("a"))
        try AtomicFile.write("new", to: folder.file("a"))
        #expect(try folder.bytes("a") == Array("new".utf8))
        #expect(try folder.contents() == ["a"])
    }

    @Test("A folder that is not there is named, and not made")
    func missingFolder() throws {
        let path = folder.file("none/a")
        #expect(throws: FileError.unwritable(path: path, reason: "No such file or directory")) {
            try AtomicFile.write("text", to: path)
        }
        #expect(try folder.contents() == [])
    }

    @Test("A write that fails at its last step leaves what was there, and nothing aside")
    func failedRename() throws {
        try FileManager.default.createDirectory(atPath: folder.file("a"), withIntermediateDirectories: false)
        let open = try openDescriptors()
        #expect(throws: FileError.unwritable(path: folder.file("a"), reason: "Is a directory")) {
            try AtomicFile.write("text", to: folder.file("a"))
        }
        #expect(try folder.contents() == ["a"])
        #expect(try openDescriptors() == open)
    }

    /// Which of this process's descriptors lead into the folder.
    private func openDescriptors() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
            .filter { $0.hasPrefix(folder.path) }
    }

    @Test("A descriptor that cannot be written says so, with the path that was given")
    func fullDevice() {
        let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        #expect(throws: FileError.unwritable(path: "f", reason: "No space left on device")) {
            try AtomicFile.write([1, 2, 3], to: descriptor, path: "f")
        }
    }
}
