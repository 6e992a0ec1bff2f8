import Descriptions
import Files

/// The fields of a header block, taken one by one by name; every error names the field's place in the file.
struct HeaderFieldSource {
    private let start: Int
    private let reader: ByteReader
    private let fields: [HeaderField]
    private let offsets: [String: Int]
    private var rest: [String: String]

    /// Reads the pairs of a header's payload.
    /// - Throws: `FileError` where they are no pairs of UTF-8, too many or too long, or a name comes twice.
    init(_ reader: inout ByteReader) throws {
        start = reader.offset
        var fields: [HeaderField] = []
        var offsets: [String: Int] = [:]
        let count: UInt32 = try reader.read()
        for _ in 0..<count {
            let offset = reader.offset
            let field = HeaderField(try reader.readString(), try reader.readString())
            guard reader.offset - offset <= TraceFormat.longestText else {
                throw reader.malformed(at: offset, expected: "a header field of at most 64 KiB", found: "a longer one")
            }
            guard offsets.updateValue(offset, forKey: field.name) == nil else {
                throw reader.malformed(at: offset, expected: "each field once", found: "`\(field.name)` again")
            }
            fields.append(field)
        }
        self.reader = reader
        self.fields = fields
        self.offsets = offsets
        rest = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
    }

    /// Whether a field is there.
    func has(_ name: String) -> Bool { offsets[name] != nil }

    /// A field as it stands.
    mutating func text(_ name: String) throws -> String {
        guard let value = rest.removeValue(forKey: name) else {
            throw error(name, expected: "a value", found: "no such field")
        }
        return value
    }

    /// A whole number in decimal.
    mutating func number<Value: FixedWidthInteger>(_ name: String, in range: ClosedRange<Value>) throws -> Value {
        let text = try text(name)
        guard let value = Value(text), range.contains(value) else {
            throw error(name, expected: "\(range.lowerBound) to \(range.upperBound)", found: "'\(text)'")
        }
        return value
    }

    /// A finite number, in the fewest digits that give it back.
    mutating func real<Value: BinaryFloatingPoint & LosslessStringConvertible>(_ name: String) throws -> Value {
        let text = try text(name)
        guard let value = Value(text), value.isFinite else {
            throw error(name, expected: "a finite number", found: "'\(text)'")
        }
        return value
    }

    /// `true` or `false`.
    mutating func flag(_ name: String) throws -> Bool {
        let text = try text(name)
        guard let value = Bool(text) else { throw error(name, expected: "true or false", found: "'\(text)'") }
        return value
    }

    /// One of an enumeration's words.
    mutating func word<Value: RawRepresentable<String>>(_ name: String) throws -> Value {
        let text = try text(name)
        guard let value = Value(rawValue: text) else {
            throw error(name, expected: "a \(name) that this Headroom knows", found: "'\(text)'")
        }
        return value
    }

    /// A policy's word, as `CachePolicy` prints it.
    mutating func policy(_ name: String) throws -> CachePolicy {
        let text = try text(name)
        guard let policy = try? CachePolicy(text) else {
            throw error(name, expected: "a policy that this Headroom knows", found: "'\(text)'")
        }
        return policy
    }

    /// A shard, `I/N`.
    mutating func shard(_ name: String) throws -> TraceShard {
        let text = try text(name)
        guard let shard = TraceShard(text) else {
            throw error(name, expected: "I/N, I from 0 to N − 1, N at most \(TraceShard.most)", found: "'\(text)'")
        }
        return shard
    }

    /// Checks that nothing is left over, and that what was read is written exactly as this Headroom writes it.
    func finish(_ canonical: [HeaderField]) throws {
        if let name = fields.map(\.name).first(where: { rest[$0] != nil }) {
            throw error(name, expected: "a header field that this Headroom knows", found: "another")
        }
        for (found, expected) in zip(fields, canonical) where found != expected {
            throw error(
                found.name, expected: "`\(expected.name)` = '\(expected.value)'",
                found: "`\(found.name)` = '\(found.value)'")
        }
    }

    /// The error that names a field and its place.
    func error(_ name: String, expected: String, found: String) -> FileError {
        reader.malformed(at: offsets[name] ?? start, expected: "header field `\(name)`: \(expected)", found: found)
    }
}
