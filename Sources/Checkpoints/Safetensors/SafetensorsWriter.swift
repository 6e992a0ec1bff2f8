import Descriptions
import Files
import Foundation

/// Writes safetensors files, tensor by tensor.
struct SafetensorsWriter {
    /// One tensor to write.
    struct Entry {
        let name: String
        let shape: [Int]
        let elementType: ElementType
        /// Gives all bytes in order, in pieces of any size, to the function that it is called with, when its turn comes.
        let write: (_ sink: (UnsafeRawBufferPointer) throws -> Void) throws -> Void

        var count: Int { shape.reduce(elementType.bytes, *) }
    }

    /// How a header has a tensor, and its metadata.
    private enum Header: Encodable {
        case tensor(Entry, offset: Int)
        case metadata

        private enum Keys: String, CodingKey {
            case dtype, shape, format
            case offsets = "data_offsets"
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Keys.self)
            switch self {
            case .tensor(let entry, let offset):
                try fields.encode(entry.elementType, forKey: .dtype)
                try fields.encode(entry.shape, forKey: .shape)
                try fields.encode([offset, offset + entry.count], forKey: .offsets)
            // Without it some releases of transformers refuse the file.
            case .metadata: try fields.encode("pt", forKey: .format)
            }
        }
    }

    /// Writes `entries` to a new file at `path`. They are asked for in their order; in the file wide numbers come before
    /// narrow ones, so that all lie at multiples of their width, and else they are in their order too.
    /// - Throws: `FileError.unwritable`, and what the entries throw.
    static func write(_ entries: some Collection<Entry>, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
        defer { close(descriptor) }
        let offsets = offsets(Array(entries))
        let header = try header(entries, offsets)
        try AtomicFile.write(header, to: descriptor, path: path)
        for (entry, offset) in zip(entries, offsets) {
            guard lseek(descriptor, off_t(header.count + offset), SEEK_SET) >= 0 else {
                throw FileError.unwritable(path: path, reason: FileError.systemReason)
            }
            var count = 0
            try entry.write { bytes in
                count += bytes.count
                try AtomicFile.write(bytes, to: descriptor, path: path)
            }
            precondition(count == entry.count, "a tensor's bytes fit its shape")
        }
        guard fsync(descriptor) == 0 else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
    }

    /// Writes `entries` in their order into the folder at `path`: to one file, or to shards of at most `shardBytes` (of
    /// one tensor at least) with an index.
    /// - Throws: `FileError.unwritable`.
    static func write(_ entries: [Entry], folder path: String, shardBytes: Int) throws {
        let shards = shards(entries, shardBytes: shardBytes)
        guard shards.count > 1 else {
            return try write(entries, to: "\(path)/\(SafetensorsFolder.single)")
        }
        var files: [String: JSONValue] = [:]
        for (index, shard) in shards.enumerated() {
            let name = "model-\(fiveDigits(index + 1))-of-\(fiveDigits(shards.count)).safetensors"
            try write(shard, to: "\(path)/\(name)")
            for entry in shard { files[entry.name] = .string(name) }
        }
        let size = entries.reduce(0) { $0 + $1.count }
        let index = JSONValue.object([
            "metadata": .object(["total_size": .number(Double(size))]), "weight_map": .object(files),
        ])
        try AtomicFile.write(Array(try JSONEncoder.sorted.encode(index)), to: "\(path)/\(SafetensorsFolder.index)")
    }

    private static func shards(_ entries: [Entry], shardBytes: Int) -> [ArraySlice<Entry>] {
        var (shards, first, size) = ([ArraySlice<Entry>](), 0, 0)
        for (index, entry) in entries.enumerated() {
            if index > first, size + entry.count > shardBytes {
                shards.append(entries[first..<index])
                (first, size) = (index, 0)
            }
            size += entry.count
        }
        return shards + [entries[first...]]
    }

    private static func fiveDigits(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    /// Where in the data each entry lies.
    private static func offsets(_ entries: [Entry]) -> [Int] {
        var offsets = [Int](repeating: 0, count: entries.count)
        var next = 0
        let order = entries.indices.sorted {
            (entries[$1].elementType.bytes, $0) < (entries[$0].elementType.bytes, $1)
        }
        for index in order {
            offsets[index] = next
            next += entries[index].count
        }
        return offsets
    }

    private static func header(_ entries: some Collection<Entry>, _ offsets: [Int]) throws -> [UInt8] {
        var headers: [String: Header] = ["__metadata__": .metadata]
        for (entry, offset) in zip(entries, offsets) { headers[entry.name] = .tensor(entry, offset: offset) }
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

extension JSONEncoder {
    /// For files that people read, the same bytes every time.
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return encoder
    }
}
