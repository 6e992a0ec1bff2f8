import Descriptions
import Files
import Foundation

/// Writes a safetensors file, tensor by tensor.
struct SafetensorsWriter {
    /// One tensor to write: its bytes are asked for when its turn comes, in the order of the entries.
    struct Entry {
        let name: String
        let shape: [Int]
        let elementType: ElementType
        let bytes: () throws -> [UInt8]

        var count: Int { shape.reduce(elementType.bytes, *) }
    }

    private struct Header: Encodable {
        let dtype: String
        let shape: [Int]
        let dataOffsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case dataOffsets = "data_offsets"
        }
    }

    /// Writes `entries` to a new file at `path`: wide numbers before narrow ones, so that all lie at multiples of their
    /// width, and else in their order.
    /// - Throws: `FileError.unwritable`, and what the entries throw.
    static func write(_ entries: [Entry], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
        defer { close(descriptor) }
        let offsets = offsets(entries)
        let header = try header(entries, offsets)
        try AtomicFile.write(header, to: descriptor, path: path)
        for (entry, offset) in zip(entries, offsets) {
            let bytes = try entry.bytes()
            precondition(bytes.count == entry.count, "a tensor's bytes fit its shape")
            guard lseek(descriptor, off_t(header.count + offset), SEEK_SET) >= 0 else {
                throw FileError.unwritable(path: path, reason: FileError.systemReason)
            }
            try AtomicFile.write(bytes, to: descriptor, path: path)
        }
        guard fsync(descriptor) == 0 else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
    }

    /// Where in the data each entry lies.
    private static func offsets(_ entries: [Entry]) -> [Int] {
        var offsets = [Int](repeating: 0, count: entries.count)
        var next = 0
        for index in entries.indices.sorted(by: {
            (entries[$1].elementType.bytes, $0) < (entries[$0].elementType.bytes, $1)
        }) {
            offsets[index] = next
            next += entries[index].count
        }
        return offsets
    }

    private static func header(_ entries: [Entry], _ offsets: [Int]) throws -> [UInt8] {
        var headers: [String: Header] = [:]
        for (entry, offset) in zip(entries, offsets) {
            headers[entry.name] = Header(
                dtype: entry.elementType.rawValue, shape: entry.shape, dataOffsets: [offset, offset + entry.count])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var text = Array(try encoder.encode(headers))
        // Spaces behind the header, so that the data begin at a multiple of 8.
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))
        var writer = ByteWriter()
        writer.write(UInt64(text.count))
        writer.write(text)
        return writer.bytes
    }
}
