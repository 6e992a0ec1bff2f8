import Files

/// One entry of a ZIP file: where its bytes are.
struct ZipEntry {
    let name: String
    /// CRC-32 of its bytes, as the directory has it.
    let checksum: UInt32
    /// Its bytes' place in the file.
    let data: Range<Int>
    /// The place of all that is its own: header, bytes, and what describes them behind.
    let place: Range<Int>

    /// The name as an error shows it: in quotes, and of bounded length.
    var shownName: String { "entry \(name.shown)" }

    /// Reads an entry of the directory and holds the header in front of its bytes against it.
    init(directory reader: inout ByteReader, of file: MappedFile) throws {
        let record = try ZipRecord(directory: &reader)
        guard record.method == 0 else {
            throw reader.malformed(
                at: record.place, expected: "entries that are stored as they are",
                found: "\(record.name.shown), compressed by method \(record.method)")
        }
        guard record.flags & 1 == 0 else {
            throw reader.malformed(
                at: record.place, expected: "no encryption", found: "\(record.name.shown), encrypted")
        }
        guard record.size == record.storedSize else {
            throw reader.malformed(
                at: record.place, expected: "one size for what is stored as it is",
                found: "\(record.storedSize) and \(record.size) bytes of \(record.name.shown)")
        }
        guard let header = Int(exactly: record.headerPlace), header < file.bytes.count else {
            throw reader.malformed(
                at: record.place, expected: "\(record.name.shown) within the file", found: "byte \(record.headerPlace)")
        }
        var local = ByteReader(file.bytes, path: file.path, offset: header)
        try record.check(header: &local)
        let start = local.offset
        _ = try local.read(count: Int(clamping: record.size))
        data = start..<local.offset
        try record.check(descriptor: &local)
        name = record.name
        checksum = record.checksum
        place = header..<local.offset
    }
}
