import Descriptions
import Files
import Foundation

/// A safetensors file: eight bytes of header length, a JSON header of names, types, shapes and offsets, then the
/// tensors' bytes (https://github.com/huggingface/safetensors, *Format*). Tensors stay mapped.
public struct SafetensorsFile: WeightSource {
    private let file: MappedFile
    private let tensors: [String: MappedTensor]
    /// Types of numbers that are not read, by the names of their tensors.
    private let unreadTypes: [String: String]

    /// A thousand times what a Llama's tensors take; what is made of a header takes ten times its size.
    static let longestHeader = 1 << 24

    public var path: String { file.path }
    public var names: [String] { tensors.keys.sorted() }
    public func tensor(_ name: String) -> MappedTensor? { tensors[name] }

    private let headerCount: Int

    /// The header as it stands in the file, length included.
    public var headers: [UnsafeRawBufferPointer] { [UnsafeRawBufferPointer(rebasing: file.bytes[0..<headerCount])] }
    public var stored: [MappedTensor] { names.compactMap(tensor) }

    /// Opens and checks the file at `path`: every tensor lies within the file, has bytes for its shape, and shares them
    /// with no other.
    /// - Throws: `FileError`, naming the byte or the tensor.
    public init(path: String) throws {
        file = try MappedFile(path: path)
        var reader = file.reader
        let length = try reader.read(UInt64.self)
        guard length <= UInt64(reader.remaining) else {
            throw FileError.truncated(
                path: path, offset: 8, needed: Int(clamping: length), available: reader.remaining)
        }
        guard length <= UInt64(Self.longestHeader) else {
            throw FileError.malformed(
                path: path, offset: 0, expected: "a header of at most \(Self.longestHeader) bytes", found: "\(length)")
        }
        let text = try reader.read(count: Int(length))
        headerCount = reader.offset
        let entries: [String: SafetensorsEntry]
        do {
            entries = try JSONDecoder().decode(SafetensorsHeader.self, from: Data(text)).entries
        } catch {
            throw FileError.malformed(
                path: path, offset: 8, expected: "a JSON object of tensors (dtype, shape, data_offsets)",
                found: SafetensorsFile.reason(error))
        }
        let data = UnsafeRawBufferPointer(rebasing: file.bytes[headerCount...])
        var (tensors, unreadTypes) = ([String: MappedTensor](), [String: String]())
        for (name, entry) in SafetensorsFile.inOrder(entries) {
            if let type = ElementType(rawValue: entry.dtype) {
                tensors[name] = try entry.tensor(name, of: type, in: data, file)
            } else {
                _ = try entry.place(name, in: data, file)
                unreadTypes[name] = entry.dtype
            }
        }
        self.tensors = tensors
        self.unreadTypes = unreadTypes
        try SafetensorsFile.checkOverlap(entries, path: path)
        let used = entries.values.reduce(0) { $0 + $1.end - $1.begin }
        guard used == data.count else {
            throw FileError.unsuitable(
                path: path, expected: "tensors of \(data.count) bytes, as many as there are behind the header",
                found: "tensors of \(used)")
        }
    }

    public func obstacle(_ name: String) -> FileError? {
        unreadTypes[name].map { type in
            let known = ElementType.allCases.map(\.rawValue).joined(separator: " or ")
            return FileError.unsuitable(
                path: path, expected: "tensor \(name.shown) with dtype \(known)", found: type.shown)
        }
    }

    private static func reason(_ error: Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            let names = path.map { $0.intValue.map(String.init) ?? $0.stringValue }
            return names.isEmpty ? "a header" : names.joined(separator: ".")
        }
        return switch error as? DecodingError {
        case .keyNotFound(let key, let context): "\(place(context.codingPath)) without \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(place(context.codingPath)) of another kind"
        default: "text that is not JSON"
        }
    }

    /// By their places in the file, so that of several faults the first is named.
    private static func inOrder(
        _ entries: [String: SafetensorsEntry]
    ) -> [(key: String, value: SafetensorsEntry)] {
        entries.sorted { ($0.value.begin, $0.value.end, $0.key) < ($1.value.begin, $1.value.end, $1.key) }
    }

    private static func checkOverlap(_ entries: [String: SafetensorsEntry], path: String) throws {
        let ordered = inOrder(entries)
        for (one, next) in zip(ordered, ordered.dropFirst()) where next.value.begin < one.value.end {
            throw FileError.unsuitable(
                path: path, expected: "tensors apart", found: "\(one.key) and \(next.key) on the same bytes")
        }
    }
}

/// The JSON header; `__metadata__` is passed over.
private struct SafetensorsHeader: Decodable {
    var entries: [String: SafetensorsEntry] = [:]

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        for name in container.allKeys where name.stringValue != "__metadata__" {
            entries[name.stringValue] = try container.decode(SafetensorsEntry.self, forKey: name)
        }
    }
}

private struct SafetensorsEntry: Decodable {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
        case dtype, shape
        case dataOffsets = "data_offsets"
    }

    var begin: Int { dataOffsets.first ?? 0 }
    var end: Int { dataOffsets.last ?? 0 }

    /// Where its bytes are, of whatever type they may be.
    func place(_ name: String, in data: UnsafeRawBufferPointer, _ file: MappedFile) throws -> UnsafeRawBufferPointer {
        guard dataOffsets.count == 2, begin >= 0, begin <= end, end <= data.count else {
            throw refuse(name, "data_offsets within the \(data.count) bytes of data", "\(dataOffsets)", file)
        }
        return UnsafeRawBufferPointer(rebasing: data[begin..<end])
    }

    private func refuse(_ name: String, _ expected: String, _ found: String, _ file: MappedFile) -> FileError {
        .unsuitable(path: file.path, expected: "tensor \(name) with \(expected)", found: found)
    }

    func tensor(
        _ name: String, of type: ElementType, in data: UnsafeRawBufferPointer, _ file: MappedFile
    ) throws -> MappedTensor {
        let bytes = try place(name, in: data, file)
        var size = type.bytes
        for dimension in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { throw refuse(name, "a shape that can be", "\(shape)", file) }
            size = product
        }
        guard size == bytes.count else {
            throw refuse(name, "\(size) bytes for \(dtype) \(shape)", "\(bytes.count) bytes", file)
        }
        if let address = bytes.baseAddress, Int(bitPattern: address) % type.bytes != 0 {
            throw refuse(name, "its bytes at a multiple of \(type.bytes)", "an odd offset", file)
        }
        return MappedTensor(shape: shape, elementType: type, parts: bytes.isEmpty ? [] : [bytes], owner: file)
    }
}
