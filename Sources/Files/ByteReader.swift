/// Reads little-endian values one after another out of a file's bytes, and never past their end.
/// It knows its offset in the file, so that every error names the place.
public struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    /// The file's path, for errors.
    public let path: String
    /// Where in the file the next value is read.
    public private(set) var offset: Int

    /// A reader over `bytes`, which must outlive it; `path` is for errors.
    public init(_ bytes: UnsafeRawBufferPointer, path: String, offset: Int = 0) {
        self.bytes = bytes
        self.path = path
        self.offset = offset
    }

    /// How many bytes are left.
    public var remaining: Int { max(0, bytes.count - offset) }

    /// The next `count` bytes, in place.
    /// - Throws: `FileError.truncated` when fewer are left.
    public mutating func read(count: Int) throws -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else {
            throw FileError.truncated(path: path, offset: offset, needed: count, available: remaining)
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    /// All that is left, in place; nothing is read by looking.
    public var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[(bytes.count - remaining)...]) }

    /// The next integer.
    public mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws -> Value {
        Value(littleEndian: try read(count: MemoryLayout<Value>.size).loadUnaligned(as: Value.self))
    }

    /// The next IEEE 754 single.
    public mutating func readFloat() throws -> Float { Float(bitPattern: try read(UInt32.self)) }

    /// The next IEEE 754 double.
    public mutating func readDouble() throws -> Double { Double(bitPattern: try read(UInt64.self)) }

    /// A string of UTF-8 behind its length in a `UInt32`.
    /// - Throws: `FileError.truncated`, or `FileError.malformed` where it is not UTF-8.
    public mutating func readString() throws -> String {
        let start = offset
        let text = try read(count: Int(try read(UInt32.self)))
        guard let string = String(validating: text, as: UTF8.self) else {
            throw malformed(at: start, expected: "a UTF-8 string", found: "other bytes")
        }
        return string
    }

    /// The error that names this file and `position`.
    public func malformed(at position: Int, expected: String, found: String) -> FileError {
        .malformed(path: path, offset: position, expected: expected, found: found)
    }
}
