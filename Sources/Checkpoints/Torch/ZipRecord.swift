import Files

/// What a ZIP file's directory says of an entry.
struct ZipRecord {
    /// Where in the file the directory says it.
    let place: Int
    let name: String
    let flags: UInt16
    let method: UInt16
    let checksum: UInt32
    let storedSize: UInt64
    let size: UInt64
    let headerPlace: UInt64

    /// Reads the next record of the directory.
    init(directory reader: inout ByteReader) throws {
        place = reader.offset
        guard try reader.read(UInt32.self) == 0x0201_4B50 else {
            throw reader.malformed(at: place, expected: "an entry of the directory", found: "other bytes")
        }
        _ = try reader.read(UInt32.self)
        flags = try reader.read(UInt16.self)
        method = try reader.read(UInt16.self)
        _ = try reader.read(UInt32.self)
        checksum = try reader.read(UInt32.self)
        let short = (try reader.read(UInt32.self), try reader.read(UInt32.self))
        let lengths = (try reader.read(UInt16.self), try reader.read(UInt16.self), try reader.read(UInt16.self))
        _ = try reader.read(count: 8)
        let shortPlace = try reader.read(UInt32.self)
        name = try Self.name(&reader, count: Int(lengths.0))
        var long = try ZipLongNumbers(&reader, count: Int(lengths.1))
        _ = try reader.read(count: Int(lengths.2))
        size = try long.value(short.1, &reader)
        storedSize = try long.value(short.0, &reader)
        headerPlace = try long.value(shortPlace, &reader)
    }

    /// Reads the header in front of the entry's bytes, and refuses one that says something else.
    func check(header reader: inout ByteReader) throws {
        let start = reader.offset
        func lie(_ what: String) -> FileError {
            reader.malformed(
                at: start, expected: "the header of \(name.shown) as the directory has it", found: "another \(what)")
        }
        guard try reader.read(UInt32.self) == 0x0403_4B50 else { throw lie("kind of bytes") }
        _ = try reader.read(UInt16.self)
        guard try reader.read(UInt16.self) == flags else { throw lie("set of flags") }
        guard try reader.read(UInt16.self) == method else { throw lie("method") }
        _ = try reader.read(UInt32.self)
        let checksum = try reader.read(UInt32.self)
        let short = (try reader.read(UInt32.self), try reader.read(UInt32.self))
        let lengths = (try reader.read(UInt16.self), try reader.read(UInt16.self))
        guard try Self.name(&reader, count: Int(lengths.0)) == name else { throw lie("name") }
        var long = try ZipLongNumbers(&reader, count: Int(lengths.1))
        let (size, storedSize) = (try long.value(short.1, &reader), try long.value(short.0, &reader))
        // Written before the bytes were: the numbers stand behind them then.
        if describesBehind, checksum == 0, size == 0, storedSize == 0 { return }
        guard checksum == self.checksum else { throw lie("checksum") }
        guard size == self.size, storedSize == self.storedSize else { throw lie("size") }
    }

    /// Reads the numbers behind the entry's bytes, if they stand there, and refuses others than the directory's.
    func check(descriptor reader: inout ByteReader) throws {
        guard describesBehind else { return }
        let start = reader.offset
        let lie = reader.malformed(
            at: start, expected: "checksum and size of \(name.shown) as the directory has them", found: "others")
        guard try reader.read(UInt32.self) == 0x0807_4B50, try reader.read(UInt32.self) == checksum else { throw lie }
        let (first, second) = (UInt64(try reader.read(UInt32.self)), UInt64(try reader.read(UInt32.self)))
        if first == storedSize, second == size { return }
        // PyTorch's writer takes 64 bits a size for every entry that begins beyond 4 GiB, however small.
        guard first | second << 32 == storedSize, try reader.read(UInt64.self) == size else { throw lie }
    }

    private var describesBehind: Bool { flags & 8 != 0 }

    private static func name(_ reader: inout ByteReader, count: Int) throws -> String {
        let start = reader.offset
        guard let name = String(validating: try reader.read(count: count), as: UTF8.self) else {
            throw reader.malformed(at: start, expected: "a name in UTF-8", found: "other bytes")
        }
        return name
    }
}

/// ZIP64's extra field: the numbers that 32 bits cannot hold, in their order.
private struct ZipLongNumbers {
    private var numbers: [UInt64] = []

    init(_ reader: inout ByteReader, count: Int) throws {
        let end = reader.offset + count
        while end - reader.offset >= 4 {
            let (kind, size) = (try reader.read(UInt16.self), Int(try reader.read(UInt16.self)))
            guard size <= end - reader.offset else {
                throw reader.malformed(
                    at: reader.offset, expected: "an extra field of at most \(end - reader.offset) bytes",
                    found: "one of \(size)")
            }
            let field = reader.offset + size
            if kind == 1 { while field - reader.offset >= 8 { numbers.append(try reader.read(UInt64.self)) } }
            _ = try reader.read(count: field - reader.offset)
        }
        _ = try reader.read(count: end - reader.offset)
    }

    /// The number that `short` stands for: itself, or the next of the field.
    mutating func value(_ short: UInt32, _ reader: inout ByteReader) throws -> UInt64 {
        guard short == 0xFFFF_FFFF else { return UInt64(short) }
        guard !numbers.isEmpty else {
            throw reader.malformed(at: reader.offset, expected: "a ZIP64 field with a longer number", found: "none")
        }
        return numbers.removeFirst()
    }
}
