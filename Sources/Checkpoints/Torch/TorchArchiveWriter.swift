import Files
import Foundation

/// Writes a `torch.save` archive entry by entry: a ZIP whose entries are stored as they are, each at a multiple of 64
/// bytes, with ZIP64 where offsets need it (APPNOTE.TXT 6.3.10, sections 4.3.6 to 4.5.3).
final class TorchArchiveWriter {
    private struct Entry {
        let name: String
        let checksum: UInt32
        let count: UInt32
        let offset: Int
    }

    private let path: String
    private let descriptor: Int32
    private var offset = 0
    private var entries: [Entry] = []

    /// The folder that all entries of an archive are in.
    private static let folder = "archive"
    private static let alignment = 64

    /// Begins a new archive at `path`.
    /// - Throws: `FileError.unwritable`.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError.unwritable(path: path, reason: FileError.systemReason) }
    }

    deinit { close(descriptor) }

    /// Writes one entry of less than 4 GiB.
    /// - Throws: `FileError.unwritable`.
    func add(_ name: String, _ bytes: [UInt8]) throws {
        let name = "\(Self.folder)/\(name)"
        // The largest number of 32 bits stands for a longer one.
        guard let count = UInt32(exactly: bytes.count), count < .max else {
            throw FileError.unwritable(path: path, reason: "\(name) has 4 GiB or more")
        }
        let entry = Entry(name: name, checksum: Checksum.crc32(bytes), count: count, offset: offset)
        var header = ByteWriter()
        header.write(UInt32(0x0403_4B50))
        header.write(UInt16(0))
        writeCommon(entry, to: &header)
        // As PyTorch fills up: an extra field of its own kind.
        let fixed = 30 + name.utf8.count + 4
        let padding = (Self.alignment - (offset + fixed) % Self.alignment) % Self.alignment
        header.write(UInt16(padding + 4))
        header.write(name.utf8)
        header.write(UInt16(0x4246))
        header.write(UInt16(padding))
        header.write(repeatElement(UInt8(ascii: "Z"), count: padding))
        try write(header.bytes)
        try write(bytes)
        entries.append(entry)
    }

    /// Writes the directory.
    /// - Throws: `FileError.unwritable`.
    func finish() throws {
        let start = offset
        try write(directory())
        try write(end(start: start, count: offset - start))
        guard fsync(descriptor) == 0 else { throw FileError.unwritable(path: path, reason: FileError.systemReason) }
    }

    private func directory() -> [UInt8] {
        var writer = ByteWriter()
        for entry in entries {
            let narrow = UInt32(exactly: entry.offset).flatMap { $0 < .max ? $0 : nil }
            writer.write(UInt32(0x0201_4B50))
            writer.write(UInt16(45))
            writer.write(UInt16(narrow == nil ? 45 : 0))
            writeCommon(entry, to: &writer)
            writer.write(UInt16(narrow == nil ? 12 : 0))
            for field in [0, 0, 0] as [UInt16] { writer.write(field) }
            writer.write(UInt32(0))
            writer.write(narrow ?? .max)
            writer.write(entry.name.utf8)
            if narrow == nil {
                writer.write(UInt16(1))
                writer.write(UInt16(8))
                writer.write(UInt64(entry.offset))
            }
        }
        return writer.bytes
    }

    /// From the flags to the name's length: no flags, stored, no time; the size twice.
    private func writeCommon(_ entry: Entry, to writer: inout ByteWriter) {
        for field in [0, 0, 0, 0x21] as [UInt16] { writer.write(field) }
        writer.write(entry.checksum)
        writer.write(entry.count)
        writer.write(entry.count)
        writer.write(UInt16(entry.name.utf8.count))
    }

    private func end(start: Int, count: Int) -> [UInt8] {
        var writer = ByteWriter()
        let entries = UInt64(self.entries.count)
        let isWide = start >= Int(UInt32.max) || entries >= UInt64(UInt16.max)
        if isWide {
            writer.write(UInt32(0x0606_4B50))
            writer.write(UInt64(44))
            for version in [45, 45] as [UInt16] { writer.write(version) }
            for disk in [0, 0] as [UInt32] { writer.write(disk) }
            for field in [entries, entries, UInt64(count), UInt64(start)] { writer.write(field) }
            writer.write(UInt32(0x0706_4B50))
            writer.write(UInt32(0))
            writer.write(UInt64(start + count))
            writer.write(UInt32(1))
        }
        writer.write(UInt32(0x0605_4B50))
        for disk in [0, 0] as [UInt16] { writer.write(disk) }
        let shown = isWide ? UInt16.max : UInt16(entries)
        for field in [shown, shown] { writer.write(field) }
        writer.write(isWide ? UInt32.max : UInt32(count))
        writer.write(isWide ? UInt32.max : UInt32(start))
        writer.write(UInt16(0))
        return writer.bytes
    }

    private func write(_ bytes: [UInt8]) throws {
        try AtomicFile.write(bytes, to: descriptor, path: path)
        offset += bytes.count
    }
}
