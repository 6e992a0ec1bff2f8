import Files

/// Where a ZIP file's directory is, by the record at the file's end, or by ZIP64's before it.
struct ZipDirectory {
    /// The directory's first byte.
    let start: Int
    /// The byte behind its last.
    let end: Int
    /// Entries it has.
    let count: Int

    private static let endRecordSize = 22
    private static let locatorSize = 20
    /// A comment's length has 16 bits.
    private static let longestComment = 65_535
    /// The smallest entry of a directory, with an empty name.
    private static let smallestEntry = 46

    init(_ file: MappedFile) throws {
        let record = try Self.endRecord(file)
        var reader = ByteReader(file.bytes, path: file.path, offset: record + 4)
        let disks = (try reader.read(UInt16.self), try reader.read(UInt16.self))
        let counts = (try reader.read(UInt16.self), try reader.read(UInt16.self))
        let (size, offset) = (try reader.read(UInt32.self), try reader.read(UInt32.self))
        let short = Numbers(count: UInt64(counts.1), size: UInt64(size), start: UInt64(offset))
        guard disks == (0, 0), counts.0 == counts.1 else {
            throw reader.malformed(at: record + 4, expected: "an archive in one file", found: "one of several")
        }
        if let long = try Self.longRecord(file, before: record) {
            guard short.agrees(with: long.numbers) else {
                throw reader.malformed(
                    at: long.place, expected: "a ZIP64 record that agrees with the end record", found: "other numbers")
            }
            self = try Self.checked(long.numbers, before: long.place, file)
        } else {
            self = try Self.checked(short, before: record, file)
        }
    }

    private init(start: Int, end: Int, count: Int) {
        self.start = start
        self.end = end
        self.count = count
    }

    private static func checked(_ numbers: Numbers, before end: Int, _ file: MappedFile) throws -> ZipDirectory {
        let (sum, overflow) = numbers.start.addingReportingOverflow(numbers.size)
        guard !overflow, sum == UInt64(end) else {
            throw FileError.malformed(
                path: file.path, offset: end, expected: "a directory that ends here",
                found: "one of \(numbers.size) bytes from byte \(numbers.start) on")
        }
        guard numbers.count <= numbers.size / UInt64(smallestEntry) else {
            throw FileError.malformed(
                path: file.path, offset: end,
                expected: "at most \(numbers.size / UInt64(smallestEntry)) entries in \(numbers.size) bytes",
                found: "\(numbers.count)")
        }
        return ZipDirectory(start: Int(numbers.start), end: end, count: Int(numbers.count))
    }

    /// The place of the record at the end, behind which only its own comment stands.
    private static func endRecord(_ file: MappedFile) throws -> Int {
        let bytes = file.bytes
        guard bytes.count >= 4, bytes.loadUnaligned(as: UInt32.self).littleEndian == 0x0403_4B50 else {
            throw FileError.malformed(
                path: file.path, offset: 0, expected: "a ZIP archive as torch.save writes it", found: "other bytes")
        }
        let last = bytes.count - endRecordSize
        for place in stride(from: last, through: max(0, last - longestComment), by: -1) {
            var reader = ByteReader(bytes, path: file.path, offset: place)
            guard try reader.read(UInt32.self) == 0x0605_4B50 else { continue }
            _ = try reader.read(count: 16)
            if Int(try reader.read(UInt16.self)) == last - place { return place }
        }
        throw FileError.malformed(
            path: file.path, offset: bytes.count, expected: "a ZIP archive's end record",
            found: "the end of the file: it may be cut short")
    }

    /// ZIP64's record, where a locator stands in front of the end record.
    private static func longRecord(_ file: MappedFile, before end: Int) throws -> (numbers: Numbers, place: Int)? {
        guard end >= locatorSize else { return nil }
        var reader = ByteReader(file.bytes, path: file.path, offset: end - locatorSize)
        guard try reader.read(UInt32.self) == 0x0706_4B50 else { return nil }
        _ = try reader.read(UInt32.self)
        let place = try reader.read(UInt64.self)
        guard place <= UInt64(end - locatorSize) else {
            throw reader.malformed(
                at: end - locatorSize + 8, expected: "a place before byte \(end - locatorSize)", found: "\(place)")
        }
        reader = ByteReader(file.bytes, path: file.path, offset: Int(place))
        let signature = try reader.read(UInt32.self)
        let size = try reader.read(UInt64.self)
        // The size counts what follows it; the sum cannot overflow, since a file is smaller than 2^63 bytes.
        guard signature == 0x0606_4B50, size >= 44, size < 1 << 62, place + 12 + size == UInt64(end - locatorSize)
        else {
            throw reader.malformed(
                at: Int(place), expected: "a ZIP64 end record up to byte \(end - locatorSize)", found: "other bytes")
        }
        _ = try reader.read(count: 12)
        let counts = (try reader.read(UInt64.self), try reader.read(UInt64.self))
        guard counts.0 == counts.1 else {
            throw reader.malformed(at: Int(place), expected: "an archive in one file", found: "one of several")
        }
        let (bytes, start) = (try reader.read(UInt64.self), try reader.read(UInt64.self))
        return (Numbers(count: counts.0, size: bytes, start: start), Int(place))
    }

    private struct Numbers {
        let count: UInt64
        let size: UInt64
        let start: UInt64

        /// Whether each number is that of the longer record, or says that it stands there.
        func agrees(with long: Numbers) -> Bool {
            (count == long.count || count == 0xFFFF) && (size == long.size || size == 0xFFFF_FFFF)
                && (start == long.start || start == 0xFFFF_FFFF)
        }
    }
}
