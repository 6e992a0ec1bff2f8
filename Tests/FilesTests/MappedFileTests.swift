import Files
import Foundation
import TestSupport
import Testing

struct MappedFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A mapped file has the file's bytes, and its reader the file's name")
    func bytes() throws {
        let path = try folder.write("a", [1, 2, 3])
        #expect(try MappedFile.contents(of: path) == [1, 2, 3])
        let file = try MappedFile(path: path)
        try withExtendedLifetime(file) { () throws in
            var reader = file.reader
            #expect(reader.path == path)
            #expect(Array(try reader.read(count: 3)) == [1, 2, 3])
        }
    }

    @Test("An empty file is no error")
    func empty() throws {
        #expect(try MappedFile.contents(of: folder.write("a", [UInt8]())) == [])
    }

    @Test("A missing file, a folder and a device are refused by name")
    func unreadable() {
        let missing = folder.file("none")
        #expect(throws: FileError.unreadable(path: missing, reason: "No such file or directory")) {
            try MappedFile(path: missing)
        }
        for path in [folder.path, "/dev/zero"] {
            #expect(throws: FileError.unreadable(path: path, reason: "not a regular file")) {
                try MappedFile(path: path)
            }
        }
    }

    @Test("A file that is larger than its kind may be is refused before it is copied")
    func large() throws {
        let path = try folder.write("a", [1, 2, 3])
        #expect(try MappedFile.contents(of: path, atMost: 3).count == 3)
        let error = try #require(throws: FileError.self) { try MappedFile.contents(of: path, atMost: 2) }
        #expect(error.description == "\(path): expected a file of at most 2 bytes, found 3")
    }

    @Test("Pages that were read are in the process until they are released, and come again")
    func released() throws {
        let count = 8 << 20
        let path = try folder.write("resident-\(UUID().uuidString)", [UInt8](repeating: 7, count: count))
        let file = try MappedFile(path: path)
        try withExtendedLifetime(file) {
            #expect(file.bytes.reduce(0) { $0 + Int($1) } == 7 * count)
            #expect(try residentBytes(of: path) >= count)
            file.release(file.bytes)
            #expect(try residentBytes(of: path) == 0)
            file.load(file.bytes)
            #expect(file.bytes[count - 1] == 7)
            #expect(try residentBytes(of: path) > 0)
        }
    }

    /// Bytes of the file at `path` that lie in this process's memory (proc(5), `smaps`).
    private func residentBytes(of path: String) throws -> Int {
        let maps = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let lines = String(decoding: maps.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.hasSuffix(path) })
        let line = try #require(lines[start...].first { $0.hasPrefix("Rss:") })
        return try #require(Int(line.split(separator: " ")[1])) * 1024
    }

    @Test("The mapping goes when the object does")
    func unmapped() throws {
        let path = try folder.write("mapped-\(UUID().uuidString)", [1])
        // A string read by path would end with the first page of such a file.
        func isMapped() throws -> Bool {
            let maps = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
            return String(decoding: maps.readDataToEndOfFile(), as: UTF8.self).contains(path)
        }
        var file: MappedFile? = try MappedFile(path: path)
        #expect(try withExtendedLifetime(file) { try isMapped() })
        file = nil
        #expect(try !isMapped())
        #expect(file == nil)
    }
}
