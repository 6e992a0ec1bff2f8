import Descriptions
import Files
import Foundation

/// A safetensors file: eight bytes of header length, a JSON header of names, types, shapes and offsets, then the
/// tensors' bytes (https://github.com/huggingface/safetensors, *Format*). Tensors stay mapped.
public struct SafetensorsFile: WeightSource {
    private let file: MappedFile
    private let tensors: [String: MappedTensor]

    public var path: String { file.path }
    public var names: [String] { tensors.keys.sorted() }
    public func tensor(_ name: String) -> MappedTensor? { tensors[name] }
    public func otherType(_ name: String) -> String? { others[name] }

    /// Types of the tensors that are left unread, by name: whole numbers and masks that no model here needs.
    private let others: [String: String]
    private let headerCount: Int

    /// A header's tensor takes some 130 bytes; the largest models have some thousand in a file.
    private static let largestHeader = 1 << 23

    /// The header as it stands in the file, length included.
    public var headers: [UnsafeRawBufferPointer] { [UnsafeRawBufferPointer(rebasing: file.bytes[0..<headerCount])] }
    public var stored: [MappedTensor] { names.compactMap(tensor) }

    /// Opens and checks the file at `path`: every tensor lies within the file, has bytes for its shape, and shares them
    /// with no other.
    /// - Throws: `FileError`, naming the byte or the tensor.
    public init(path: String) throws { try self.init(MappedFile(path: path)) }

    /// The same for a file that is mapped, or in memory.
    init(_ file: MappedFile) throws {
        self.file = file
        let path = file.path
        var reader = file.reader
        let length = try reader.read(UInt64.self)
        guard length <= UInt64(reader.remaining) else {
            throw FileError.truncated(
                path: path, offset: 8, needed: Int(clamping: length), available: reader.remaining)
        }
        guard length <= UInt64(Self.largestHeader) else {
            throw FileError.malformed(
                path: path, offset: 0, expected: "a header of at most \(Self.largestHeader) bytes", found: "\(length)")
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
        var (tensors, others) = ([String: MappedTensor](), [String: String]())
        for (name, entry) in SafetensorsFile.inOrder(entries) {
            tensors[name] = try entry.tensor(name, in: data, of: file)
            if tensors[name] == nil { others[name] = entry.dtype }
        }
        self.tensors = tensors
        self.others = others
        try SafetensorsFile.checkPlaces(entries, count: data.count, path: path)
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

    /// The tensors follow one another without a gap, and end with the file.
    private static func checkPlaces(_ entries: [String: SafetensorsEntry], count: Int, path: String) throws {
        let ordered = inOrder(entries)
        for (one, next) in zip(ordered, ordered.dropFirst()) where next.value.begin < one.value.end {
            throw FileError.unsuitable(
                path: path, expected: "tensors apart",
                found: "\(one.key) and \(next.key) on the same bytes")
        }
        let starts = ordered.map(\.value.begin) + [count]
        for (start, end) in zip(starts, [0] + ordered.map(\.value.end)) where start != end {
            throw FileError.unsuitable(
                path: path, expected: "tensors one behind the other up to the file's end",
                found: "\(start - end) bytes of none at byte \(end) of the data")
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

    /// The tensor in place; nil for one of a type that is not read.
    func tensor(_ name: String, in data: UnsafeRawBufferPointer, of file: MappedFile) throws -> MappedTensor? {
        func refuse(_ expected: String, _ found: String) -> FileError {
            .unsuitable(path: file.path, expected: "tensor \(name) with \(expected)", found: found)
        }
        guard dataOffsets.count == 2, begin >= 0, begin <= end, end <= data.count else {
            throw refuse("data_offsets within the \(data.count) bytes of data", "\(dataOffsets)")
        }
        guard let type = ElementType(rawValue: dtype) else { return nil }
        var size = type.bytes
        for dimension in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { throw refuse("a shape that can be", "\(shape)") }
            size = product
        }
        guard size == end - begin else {
            throw refuse("\(size) bytes for \(dtype) \(shape)", "\(end - begin) bytes")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: data[begin..<end])
        if let address = bytes.baseAddress, Int(bitPattern: address) % type.bytes != 0 {
            throw refuse("its bytes at a multiple of \(type.bytes)", "an odd offset")
        }
        return MappedTensor(shape: shape, elementType: type, parts: bytes.isEmpty ? [] : [bytes], owner: file)
    }
}
