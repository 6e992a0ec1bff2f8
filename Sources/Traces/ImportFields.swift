import Descriptions
import Files

/// What the recording's part of an import says, each field with the line that it stands in.
struct ImportFields {
    /// The file's path.
    let path: String
    /// Where a field that is missing would have been looked for.
    let line: Int
    private var values: [String: (line: Int, value: JSONValue)] = [:]

    /// No fields yet.
    init(path: String, line: Int) {
        self.path = path
        self.line = line
    }

    /// Adds the fields of a JSON object.
    /// - Throws: `FileError.malformedLine` where a field comes again.
    mutating func add(_ fields: [String: JSONValue], line: Int) throws {
        for (name, value) in fields where value != .null {
            guard values.updateValue((line, value), forKey: name) == nil else {
                throw FileError.malformedLine(
                    path: path, line: line, expected: "each field once", found: "`\(name)` again")
            }
        }
    }

    /// A text; `fallback` where there is none.
    func text(_ name: String, or fallback: String? = nil) throws -> String {
        guard let value = values[name]?.value else {
            guard let fallback else { throw error(name, expected: "a text", found: "nothing") }
            return fallback
        }
        guard case .string(let text) = value else { throw error(name, expected: "a text", found: "\(value)") }
        guard text.utf8.count < 1 << 15 else {
            throw error(name, expected: "a text below 32 KiB", found: "a longer one")
        }
        return text
    }

    /// A whole number; `fallback` where there is none.
    func number(_ name: String, in range: ClosedRange<Int>, or fallback: Int? = nil) throws -> Int {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = try real(name, expected: expected) ?? fallback.map(Double.init) else {
            throw error(name, expected: expected, found: "nothing")
        }
        guard let whole = Int(exactly: number), range.contains(whole) else {
            throw error(name, expected: expected, found: "\(JSONValue.number(number))")
        }
        return whole
    }

    /// A number; nil where there is none.
    func real(_ name: String, expected: String = "a number") throws -> Double? {
        guard let value = values[name]?.value else { return nil }
        guard case .number(let number) = value, number.isFinite else {
            throw error(name, expected: expected, found: "\(value)")
        }
        return number
    }

    /// `true` or `false`.
    func flag(_ name: String, or fallback: Bool) throws -> Bool {
        guard let value = values[name]?.value else { return fallback }
        guard case .bool(let flag) = value else { throw error(name, expected: "true or false", found: "\(value)") }
        return flag
    }

    /// Whether there is such a field.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// A field made of its text by `parse`; `fallback` where there is none.
    func parsed<Value>(
        _ name: String, _ expected: String, or fallback: String? = nil, _ parse: (String) -> Value?
    ) throws -> Value {
        let text = try text(name, or: fallback)
        guard let value = parse(text) else { throw error(name, expected: expected, found: "'\(text)'") }
        return value
    }

    /// A SHA-256 in hexadecimal, in lower case; empty where there is none.
    func digest(_ name: String) throws -> String {
        let text = try text(name, or: "")
        guard text.isEmpty || (text.utf8.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit }) else {
            throw error(
                name, expected: "a SHA-256, 64 hexadecimal digits,", found: JSONValue.string(text).description)
        }
        return text.lowercased()
    }

    /// A cache policy.
    func policy(_ name: String) throws -> CachePolicy {
        do { return try CachePolicy(try text(name)) } catch let reason as PolicyError {
            throw error(name, expected: "a policy such as dmc", found: "'\(reason.word.prefix(200))': \(reason.reason)")
        }
    }

    /// The error that names a field and its line.
    func error(_ name: String, expected: String, found: String) -> FileError {
        .malformedLine(
            path: path, line: values[name]?.line ?? line, expected: "\(expected) as `\(name)`", found: found)
    }
}
