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

    @Test("A file's bytes are moved into memory, and its own are given back")
    func moving() throws {
        for count in [0, 1, 5000, 70_000_000] {
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: index &* 31 &+ index >> 16) }
                filled = count
            }
            let path = try folder.write("moved", bytes)
            let file = try MappedFile(moving: path)
            withExtendedLifetime(file) { #expect(file.bytes.elementsEqual(bytes), "\(count) bytes") }
            #expect(try MappedFile(path: path).bytes.isEmpty)
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

    @Test("A file that is too large for what it is to be is refused before it is read")
    func limit() throws {
        let path = try folder.write("a", [1, 2, 3])
        #expect(try MappedFile.contents(of: path, limit: 3).count == 3)
        #expect(throws: FileError.unsuitable(path: path, expected: "a file of at most 2 bytes", found: "3")) {
            try MappedFile.contents(of: path, limit: 2)
        }
    }

    @Test("What is released takes none of this process's memory until it is read again")
    func released() throws {
        let count = 1 << 22
        let path = try folder.write("resident-\(UUID().uuidString)", [UInt8](repeating: 1, count: count))
        let file = try MappedFile(path: path)
        func sum() -> Int { withExtendedLifetime(file) { file.bytes.reduce(0) { $0 + Int($1) } } }
        #expect(sum() == count)
        #expect(try Self.resident(path) == count)
        let half = UnsafeRawBufferPointer(rebasing: file.bytes[0..<count / 2])
        file.release(half)
        #expect(try Self.resident(path) == count / 2)
        file.release(file.bytes)
        #expect(try Self.resident(path) == 0)
        #expect(sum() == count)
        #expect(try Self.resident(path) == count)
    }

    /// Bytes of the mapping of `path` that are in memory, by the kernel's account.
    private static func resident(_ path: String) throws -> Int {
        let maps = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        var (isOurs, sum) = (false, 0)
        for line in String(decoding: maps.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "Rss:" { sum += isOurs ? Int(words[1])! * 1024 : 0 }
            if words[0].contains("-") { isOurs = line.hasSuffix(path) }
        }
        return sum
    }
}
