import Files
import Foundation
import TestSupport
import Testing

@Suite("A folder written at once")
struct AtomicFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    @Test("files, folders within and folders above are made, and nothing else is left")
    func makes() throws {
        let path = "\(folder.path)/a/b"
        try AtomicFolder.write(["x": [1], "in/y": [2]], to: path) { _ in false }
        #expect(try names(path) == ["in", "x"])
        #expect(try names("\(path)/in") == ["y"])
        #expect(try names("\(folder.path)/a") == ["b"])
    }

    @Test("a new folder is whole or not there, and none takes another's place")
    func new() throws {
        struct Stopped: Error {}
        let path = "\(folder.path)/new"
        #expect(throws: Stopped.self) {
            try AtomicFolder.make(path, room: 1) { aside in
                try AtomicFile.write([1], to: "\(aside)/x")
                throw Stopped()
            }
        }
        #expect(try names(folder.path) == [])
        try AtomicFolder.make(path, room: 1) { try AtomicFile.write([1], to: "\($0)/x") }
        #expect(try names(folder.path) == ["new"] && names(path) == ["x"])
        #expect(throws: FileError.exists(path: path)) { try AtomicFolder.make(path, room: 1) { _ in } }
    }

    @Test("a folder is replaced as a whole where its files may be")
    func replaces() throws {
        let path = "\(folder.path)/b/"
        try AtomicFolder.write(["old": [1]], to: path) { _ in false }
        try AtomicFolder.write(["new": [2]], to: path) { $0 == "old" }
        #expect(try names(path) == ["new"])
        #expect(try names(folder.path) == ["b"])
    }

    @Test("one file that may not be replaced keeps the folder as it is")
    func refuses() throws {
        let path = "\(folder.path)/b"
        try AtomicFolder.write(["old": [1], "in/theirs": [1]], to: path) { _ in false }
        #expect(
            throws: FileError.unsuitable(
                path: path, expected: "a new folder, or an earlier output to replace", found: "'in/theirs' in it")
        ) {
            try AtomicFolder.write(["new": [2]], to: path) { $0 == "old" }
        }
        #expect(try names(path) == ["in", "old"])
        #expect(try names(folder.path) == ["b"])
    }

    @Test("a failure takes away the folders it had made")
    func cleansUp() throws {
        let tooLong = String(repeating: "n", count: 300)
        #expect(throws: FileError.self) {
            try AtomicFolder.write(["x": [1], tooLong: [2]], to: "\(folder.path)/a/b") { _ in false }
        }
        #expect(try names(folder.path) == [])
    }
}
