/// A table of comma-separated values (RFC 4180) with a line of column names: quoted fields, LF or CRLF, a last line with
/// or without its end, a byte-order mark passed over, blank lines left out. It keeps the line of each row, so that what
/// is wrong with a field can be said with its place; no library at hand does.
public struct CSVTable: Sendable {
    /// The path it was read from, for errors.
    public let path: String
    /// The column names, in order.
    public let columns: [String]
    /// The rows below the names.
    public let rows: [Row]

    /// One row.
    public struct Row: Sendable {
        /// The line it begins in, counted from 1.
        public let line: Int
        /// Its fields, as many as there are columns.
        public let fields: [String]
    }

    /// Reads the table at `path`.
    /// - Throws: `FileError`.
    public init(path: String) throws { try self.init(MappedFile.contents(of: path), path: path) }

    /// Reads a table from `bytes`; errors name `path`.
    /// - Throws: `FileError`.
    public init(_ bytes: [UInt8], path: String) throws {
        var scanner = CSVScanner(bytes, path: path)
        guard let head = try scanner.next() else {
            throw FileError.unsuitable(path: path, expected: "a line of column names", found: "nothing")
        }
        if let twice = head.fields.indices.first(where: { head.fields[..<$0].contains(head.fields[$0]) }) {
            throw FileError.malformedField(
                path: path, line: head.line, column: twice + 1, name: head.fields[twice],
                expected: "a name of its own", found: "one that was there before")
        }
        var rows: [Row] = []
        while let row = try scanner.next() {
            guard row.fields.count == head.fields.count else {
                throw FileError.malformedLine(
                    path: path, line: row.line, expected: "\(head.fields.count) fields", found: "\(row.fields.count)")
            }
            rows.append(row)
        }
        self.path = path
        self.rows = rows
        columns = head.fields
    }

    /// Whether there is a column of that name.
    public func has(_ name: String) -> Bool { columns.contains(name) }

    /// The column of that name.
    /// - Throws: `FileError.malformedLine` where there is none.
    public func column(_ name: String) throws -> CSVColumn {
        guard let index = columns.firstIndex(of: name) else {
            throw FileError.malformedLine(
                path: path, line: 1, expected: "a column '\(name)'",
                found: columns.map { "'\($0)'" }.joined(separator: ", "))
        }
        return CSVColumn(path: path, name: name, index: index)
    }
}
