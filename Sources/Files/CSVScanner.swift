/// Walks the bytes of a table, row by row (RFC 4180).
struct CSVScanner {
    private let bytes: [UInt8]
    private let path: String
    private var position: Int
    private var line = 1

    init(_ bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next row that is not blank; nil at the end.
    mutating func next() throws -> CSVTable.Row? {
        while position < bytes.count {
            let first = line
            let fields = try record()
            if fields != [""] { return CSVTable.Row(line: first, fields: fields) }
        }
        return nil
    }

    /// One record, and its end of line.
    private mutating func record() throws -> [String] {
        var fields: [String] = []
        while true {
            fields.append(try field(column: fields.count + 1))
            guard position < bytes.count else { return fields }
            let end = bytes[position]
            position += 1
            if end == UInt8(ascii: ",") { continue }
            if end == UInt8(ascii: "\r"), position < bytes.count, bytes[position] == UInt8(ascii: "\n") {
                position += 1
            }
            line += 1
            return fields
        }
    }

    /// One field, up to the comma or end of line behind it.
    private mutating func field(column: Int) throws -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            let start = position
            while position < bytes.count, !isEnd(bytes[position]) { position += 1 }
            return try text(bytes[start..<position], column)
        }
        return try text(quoted(column), column)
    }

    /// What stands between quotes, where two of them mean one.
    private mutating func quoted(_ column: Int) throws -> ArraySlice<UInt8> {
        let (start, firstLine) = (position, line)
        var content: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte != UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\n") { line += 1 }
                content.append(byte)
            } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                content.append(byte)
                position += 1
            } else if position == bytes.count || isEnd(bytes[position]) {
                return content[...]
            } else {
                throw malformed(
                    column, expected: "a comma or the end of the line behind a closing quote", from: position)
            }
        }
        line = firstLine
        throw malformed(column, expected: "a closing quote", from: start)
    }

    private func text(_ slice: ArraySlice<UInt8>, _ column: Int) throws -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw FileError.malformedField(
                path: path, line: line, column: column, name: "text", expected: "UTF-8", found: "other bytes")
        }
        return text
    }

    private func malformed(_ column: Int, expected: String, from start: Int) -> FileError {
        let found = String(decoding: bytes[start..<min(start + 20, bytes.count)], as: UTF8.self)
        return .malformedField(
            path: path, line: line, column: column, name: "quoted text", expected: expected,
            found: "'\(found.prefix { !$0.isNewline })'")
    }

    private func isEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
}
