import Descriptions
import Files
import Foundation

/// Writes a safetensors file, tensor by tensor.
struct SafetensorsWriter {
    /// One tensor to write: its bytes are asked for when its turn comes.
    struct Entry {
        let name: String
        let shape: [Int]
        let elementType: ElementType
        let bytes: () -> [UInt8]

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

    /// Writes `entries` in their order to a new file at `path`.
    /// - Throws: `FileError.unwritable`.
    static func write(_ entries: [Entry], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
        defer { close(descriptor) }
        try AtomicFile.write(try header(entries), to: descriptor, path: path)
        for entry in entries {
            let bytes = entry.bytes()
            precondition(bytes.count == entry.count, "a tensor's bytes fit its shape")
            try AtomicFile.write(bytes, to: descriptor, path: path)
        }
        guard fsync(descriptor) == 0 else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
    }

    private static func header(_ entries: [Entry]) throws -> [UInt8] {
        var headers: [String: Header] = [:]
        var offset = 0
        for entry in entries {
            headers[entry.name] = Header(
                dtype: entry.elementType.rawValue, shape: entry.shape, dataOffsets: [offset, offset + entry.count])
            offset += entry.count
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
