import Files
import Foundation

extension TraceWriter {
    /// Begins a recording in a new file.
    /// - Parameter force: whether an existing file may be replaced.
    /// - Throws: `FileError.exists` where there is a file already, `FileError.unwritable`; nothing is left behind then.
    ///   `FileError.malformed` for a header that no reader would take.
    public static func create(path: String, header: TraceHeader, force: Bool = false) throws -> TraceWriter {
        try header.check(path: path)
        let opening = header.opening
        if force {
            try AtomicFile.write(opening, to: path)
        } else {
            let descriptor = try TraceFile.open(path, flags: O_CREAT | O_EXCL)
            defer { close(descriptor) }
            do {
                try TraceFile.write(opening, to: descriptor, at: 0, path: path)
                try TraceFile.sync(descriptor, path: path)
            } catch {
                unlink(path)
                throw error
            }
        }
        TraceFile.syncFolder(of: path)
        return try resume(path: path, header: header)
    }

    /// Goes on with a recording after its last whole prompt, cutting off what a killed writer or a power loss left
    /// behind it; begins one where there is no file, or not even a whole header. `isFinished` tells that there is
    /// nothing to go on with.
    /// - Throws: `TraceError.differs` with the name of what differs where the file belongs to another recording,
    ///   `TraceError.busy` where another process writes it; `FileError` or `TraceError` where it is damaged or of a
    ///   later format. The file is then as it was.
    public static func resume(path: String, header: TraceHeader) throws -> TraceWriter {
        guard FileManager.default.fileExists(atPath: path) else { return try create(path: path, header: header) }
        try header.check(path: path)
        let descriptor = try TraceFile.open(path)
        do {
            try beginAgainIfTorn(descriptor, path: path, opening: header.opening)
            return try resume(descriptor, path: path, header: header)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Writes the opening of a file whose writer was killed before it was whole.
    private static func beginAgainIfTorn(_ descriptor: Int32, path: String, opening: [UInt8]) throws {
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        guard file.bytes.count < opening.count, opening.starts(with: file.bytes) else { return }
        try TraceFile.write(opening, to: descriptor, at: 0, path: path)
        try TraceFile.sync(descriptor, path: path)
    }

    private static func resume(_ descriptor: Int32, path: String, header: TraceHeader) throws -> TraceWriter {
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        let scan = try TraceScan(file)
        if let (field, expected, found) = header.difference(from: scan.header) {
            throw TraceError.differs(path: path, field: field, expected: expected, found: found)
        }
        let ids = try TraceReader(file: file, scan: scan).prompts().map(\.id)
        var digest = Digest()
        digest.update(UnsafeRawBufferPointer(rebasing: file.bytes[..<scan.end]))
        if scan.digest == nil, file.bytes.count > scan.end {
            guard ftruncate(descriptor, off_t(scan.end)) == 0, fsync(descriptor) == 0 else {
                throw TraceFile.unwritable(path)
            }
        }
        return TraceWriter(
            path: path, header: header, descriptor: descriptor, promptIDs: ids, offset: scan.end, digest: digest,
            isFinished: scan.digest != nil)
    }
}

extension TraceHeader {
    /// Checks that a reader would take this header, by reading what would be written.
    /// - Throws: `FileError.malformed`.
    fileprivate func check(path: String) throws {
        try payload.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes, path: path)
            var source = try HeaderFieldSource(&reader)
            _ = try TraceHeader(&source)
        }
    }
}
