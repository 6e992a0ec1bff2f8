import Checkpoints
import Files
import TestSupport
import Testing

@Suite("ZIP archives that are damaged or lie")
struct HostileArchiveTests {
    private let folder: TemporaryFolder
    private let entries: [(String, [UInt8])] = [
        ("a/data.pkl", Array("pickle".utf8)), ("a/data/0", Array(0..<100)), ("a/empty", []), ("a/version", [51, 10]),
    ]

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    private func open(_ bytes: [UInt8]) throws -> ZipArchive { try ZipArchive(path: folder.write("a.pt", bytes)) }

    /// The one line that opening `bytes` fails with; nil where it does not.
    private func refusal(_ bytes: [UInt8]) throws -> String? {
        do {
            let archive = try open(bytes)
            for name in archive.names { #expect(archive.withBytes(name) { $0.reduce(0) { $0 + Int($1) } } != nil) }
            return nil
        } catch let error as FileError {
            #expect("\(error)".hasPrefix(folder.file("a.pt")) && !"\(error)".contains("\n"), "\(error)")
            return "\(error)"
        }
    }

    @Test(
        "A sound archive is read, as PyTorch writes it, with ZIP64's numbers, and as plain as can be",
        arguments: ZipWriter.Style.allCases)
    func sound(style: ZipWriter.Style) throws {
        let archive = try open(ZipWriter.archive(entries, style: style))
        #expect(archive.names == entries.map(\.0))
        for (name, bytes) in entries { #expect(archive.withBytes(name, Array.init) == bytes) }
        #expect(archive.withBytes("b", Array.init) == nil)
    }

    @Test("A comment behind the archive is no part of it")
    func comment() throws {
        var bytes = ZipWriter.archive(entries, style: .plain)
        let comment = Array("PK\u{5}\u{6} is what an end record begins with".utf8)
        bytes[bytes.count - 2] = UInt8(comment.count)
        #expect(try open(bytes + comment).names == entries.map(\.0))
        #expect(try refusal(bytes + comment.dropLast()) != nil)
    }

    @Test("An archive cut anywhere is refused", arguments: ZipWriter.Style.allCases)
    func cut(style: ZipWriter.Style) throws {
        let whole = ZipWriter.archive(entries, style: style)
        for count in whole.indices { #expect(try refusal(Array(whole.prefix(count))) != nil, "\(count)") }
    }

    @Test("No byte, whatever its value, leads outside the file", arguments: ZipWriter.Style.allCases)
    func flips(style: ZipWriter.Style) throws {
        let whole = ZipWriter.archive(entries, style: style)
        var refused = 0
        for place in whole.indices {
            for value in [whole[place] ^ 1, whole[place] ^ 0x80, 0, 0x7F, 0xFF] where value != whole[place] {
                var bytes = whole
                bytes[place] = value
                if try refusal(bytes) != nil { refused += 1 }
            }
        }
        #expect(refused > 500)
    }

    /// A place in the plain archive's second entry, or in its directory's, with what is written there and what the refusal
    /// must say.
    private static let lies: [(where: String, field: Int, value: [UInt8], says: String)] = [
        ("header", 0, [0x51], "another kind of bytes"), ("header", 6, [1, 0], "another set of flags"),
        ("header", 8, [8, 0], "another method"), ("header", 14, [1, 2, 3, 4], "another checksum"),
        ("header", 18, [99, 0, 0, 0], "another size"), ("header", 22, [255, 255, 255, 127], "another size"),
        ("header", 26, [3, 0], "another name"), ("header", 26, [255, 255], "more bytes"),
        ("header", 28, [255, 255], "more bytes"), ("header", 30, [0x62], "another name"),
        ("directory", 0, [0], "an entry of the directory"), ("directory", 8, [1, 0], "encrypted"),
        ("directory", 10, [8, 0], "compressed by method 8"), ("directory", 20, [99, 0, 0, 0], "99 and 100 bytes"),
        ("directory", 20, [255, 255, 255, 255], "a ZIP64 field"),
        ("directory", 24, [255, 255, 255, 127], "100 and 2147483647"),
        ("directory", 28, [255, 255], "more bytes"), ("directory", 30, [4, 0], "an extra field of at most"),
        ("directory", 42, [255, 255, 255, 127], "within the file"), ("directory", 42, [0, 0, 0, 0], "another"),
        ("directory", 46, [0xFF], "a name in UTF-8"),
        ("end", 4, [1, 0], "in one file"), ("end", 8, [3, 0], "in one file"), ("end", 8, [3, 0, 3, 0], "bytes more"),
        ("end", 8, [5, 0, 5, 0], "at most 4 entries"), ("end", 8, [255, 255, 255, 255], "at most"),
        ("end", 12, [255, 255, 255, 255], "a directory that ends here"),
        ("end", 16, [0, 0, 0, 0], "a directory that ends"),
        ("end", 16, [255, 255, 255, 255], "a directory that ends here"),
    ]

    @Test("A lie in either directory is named", arguments: lies.indices)
    func lie(index: Int) throws {
        let (place, field, value, says) = Self.lies[index]
        var bytes = ZipWriter.archive(entries, style: .plain)
        let second = Array("a/data/0".utf8)
        let starts = bytes.indices.filter { bytes[$0...].starts(with: second) }
        let start = ["header": starts[0] - 30, "directory": starts[1] - 46, "end": bytes.count - 22][place]! + field
        bytes.replaceSubrange(start..<start + value.count, with: value)
        let line = try #require(try refusal(bytes))
        #expect(line.contains(says), "\(line)")
    }

    @Test("A ZIP64 record that runs into its own locator is refused", arguments: 1...30)
    func longRecord(distance: Int) throws {
        var bytes = ZipWriter.archive(entries)
        let locator = bytes.count - 22 - 20
        let place = locator - distance
        let record = ([80, 75, 6, 6] as [UInt8]).prefix(distance)
        bytes.replaceSubrange(place..<place + record.count, with: record)
        bytes.replaceSubrange(locator + 8..<locator + 10, with: [UInt8(place & 255), UInt8(place >> 8)])
        #expect(try refusal(bytes) != nil)
    }

    @Test("Entries of one name, or on the same bytes, are refused by name")
    func twice() throws {
        let same = try #require(try refusal(ZipWriter.archive(entries + [entries[1]])))
        #expect(same.contains("entries of different names, found entry \"a/data/0\""))
        // An archive within an archive's entry: its directory, moved, names what another entry holds.
        let inner = ZipWriter.archive([("b", [1, 2, 3])], style: .plain)
        var bytes = ZipWriter.archive([("a", inner), ("b", [1, 2, 3])], style: .plain)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: inner) })
        let end = bytes.count - 22
        // The directory's second entry, "b", is its last 47 bytes; the header's place is 42 bytes into it.
        bytes.replaceSubrange(end - 5..<end - 1, with: [UInt8(place & 255), UInt8(place >> 8), 0, 0])
        #expect(try #require(try refusal(bytes)).contains("\"a\" and entry \"b\" on the same bytes"))
    }

    @Test("Files of another kind are refused at their first byte")
    func others() throws {
        for bytes in [[], [80, 75], Array("\u{80}\u{2}}q.".utf8), [UInt8](repeating: 0, count: 5000)] {
            #expect(try #require(try refusal(bytes)).contains("byte 0: expected a ZIP archive as torch.save writes it"))
        }
    }
}
