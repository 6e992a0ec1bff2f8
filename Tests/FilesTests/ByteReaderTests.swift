import Files
import Testing

struct ByteReaderTests {
    /// Reads `bytes` as a file named `f`.
    private func reading<Result>(_ bytes: [UInt8], _ body: (inout ByteReader) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer, path: "f")
            return try body(&reader)
        }
    }

    @Test("What a writer puts down, a reader takes up, value by value")
    func roundTrip() throws {
        var writer = ByteWriter()
        writer.write(UInt8(7))
        writer.write(UInt32(0x0403_0201))
        writer.write(Int64(-2))
        writer.write(Float(1.5))
        writer.write(-Double.pi)
        writer.write("naïve")
        writer.write([9, 8])
        #expect(Array(writer.bytes[..<5]) == [7, 1, 2, 3, 4])
        try reading(writer.bytes) { (reader: inout ByteReader) throws in
            #expect(try reader.read(UInt8.self) == 7)
            #expect(try reader.read(UInt32.self) == 0x0403_0201)
            #expect(try reader.read(Int64.self) == -2)
            #expect(try reader.readFloat() == 1.5)
            #expect(try reader.readDouble() == -Double.pi)
            #expect(try reader.readString() == "naïve")
            #expect(Array(try reader.read(count: 2)) == [9, 8])
            #expect(reader.remaining == 0)
        }
    }

    @Test("Padding reaches the next multiple and no further")
    func padding() {
        var writer = ByteWriter()
        writer.pad(to: 8)
        #expect(writer.bytes == [])
        writer.write(UInt8(1))
        writer.pad(to: 4)
        writer.pad(to: 4)
        #expect(writer.bytes == [1, 0, 0, 0])
    }

    @Test("A value cut off by the end is an error with place and sizes, and the place stays")
    func truncated() {
        reading([1, 2, 3, 4, 5]) { reader in
            #expect(throws: Never.self) { try reader.read(UInt16.self) }
            let error = FileError.truncated(path: "f", offset: 2, needed: 4, available: 3)
            #expect(throws: error) { try reader.read(UInt32.self) }
            #expect(reader.offset == 2)
            #expect(throws: Never.self) { try reader.read(count: 3) }
            #expect(throws: FileError.self) { try reader.read(UInt8.self) }
        }
    }

    @Test("Counts that no file can have are refused, not followed", arguments: [-1, 6, Int.max, Int.min])
    func hostileCount(count: Int) {
        reading([1, 2, 3, 4, 5]) { reader in
            #expect(throws: FileError.truncated(path: "f", offset: 0, needed: count, available: 5)) {
                _ = try reader.read(count: count)
            }
        }
    }

    @Test("A reader that starts beyond the end has nothing to give")
    func beyond() {
        [1, 2].withUnsafeBytes { buffer in
            var reader = ByteReader(buffer, path: "f", offset: 1 << 40)
            #expect(reader.remaining == 0)
            #expect(throws: FileError.self) { try reader.read(UInt8.self) }
        }
    }

    @Test("A string that claims more than there is, or is no UTF-8, is refused at its place")
    func strings() {
        reading([255, 255, 255, 255, 65]) { reader in
            #expect(throws: FileError.truncated(path: "f", offset: 4, needed: 0xFFFF_FFFF, available: 1)) {
                try reader.readString()
            }
        }
        reading([2, 0, 0, 0, 0xC3, 0x28]) { reader in
            let error = FileError.malformed(path: "f", offset: 0, expected: "a UTF-8 string", found: "other bytes")
            #expect(throws: error) { try reader.readString() }
        }
    }
}
