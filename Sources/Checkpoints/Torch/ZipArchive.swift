import Files

/// A ZIP file whose entries are stored, not compressed, as `torch.save` writes it (PKWARE's APPNOTE 6.3.10, ZIP64
/// included). What an entry's own header says is held against the directory at the end: a file that says two things
/// is refused.
package struct ZipArchive {
    let file: MappedFile
    /// All entries, by name.
    let entries: [String: ZipEntry]

    /// Maps the file at `path` and checks its directory: every entry lies within the file and apart from the others.
    /// - Throws: `FileError`, naming the byte.
    package init(path: String) throws {
        file = try MappedFile(path: path)
        let directory = try ZipDirectory(file)
        var entries: [String: ZipEntry] = [:]
        var reader = ByteReader(file.bytes, path: path, offset: directory.start)
        for _ in 0..<directory.count {
            let start = reader.offset
            let entry = try ZipEntry(directory: &reader, of: file)
            guard reader.offset <= directory.end else {
                throw reader.malformed(
                    at: start, expected: "a directory up to byte \(directory.end)", found: "an entry that goes on")
            }
            guard entries.updateValue(entry, forKey: entry.name) == nil else {
                throw reader.malformed(at: start, expected: "entries of different names", found: entry.shownName)
            }
        }
        guard reader.offset == directory.end else {
            throw reader.malformed(
                at: reader.offset, expected: "the end of the directory after \(directory.count) entries",
                found: "\(directory.end - reader.offset) bytes more")
        }
        self.entries = entries
        try ZipArchive.checkPlaces(entries.values, before: directory.start, file)
    }

    /// The names of all entries, sorted.
    package var names: [String] { entries.keys.sorted() }

    /// Gives the bytes of the entry `name` to `body`; nil if there is none.
    package func withBytes<Result>(
        _ name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result? {
        try withExtendedLifetime(file) { try bytes(name).map(body) }
    }

    /// The bytes of the entry `name`, valid as long as `file` lives; nil if there is none.
    func bytes(_ name: String) -> UnsafeRawBufferPointer? {
        entries[name].map { UnsafeRawBufferPointer(rebasing: file.bytes[$0.data]) }
    }

    /// The bytes of a small entry, held against its checksum; nil if there is none. A checksum of 0 is none:
    /// PyTorch writes it where it was told to spare itself the work (`set_crc32_options(False)`).
    func checkedBytes(_ name: String) throws -> UnsafeRawBufferPointer? {
        guard let entry = entries[name], let bytes = bytes(name) else { return nil }
        let found = Checksum.crc32(bytes)
        guard entry.checksum == 0 || found == entry.checksum else {
            throw FileError.malformed(
                path: file.path, offset: entry.data.lowerBound,
                expected: "\(entry.shownName) with checksum \(entry.checksum)",
                found: "\(found)")
        }
        return bytes
    }

    private static func checkPlaces(_ entries: some Collection<ZipEntry>, before end: Int, _ file: MappedFile) throws {
        let ordered = entries.sorted { $0.place.lowerBound < $1.place.lowerBound }
        for (one, next) in zip(ordered, ordered.dropFirst()) where next.place.lowerBound < one.place.upperBound {
            throw FileError.malformed(
                path: file.path, offset: next.place.lowerBound, expected: "entries apart",
                found: "\(one.shownName) and \(next.shownName) on the same bytes")
        }
        if let last = ordered.last, last.place.upperBound > end {
            throw FileError.malformed(
                path: file.path, offset: last.place.lowerBound, expected: "entries before the directory at byte \(end)",
                found: "\(last.shownName) up to byte \(last.place.upperBound)")
        }
    }
}
