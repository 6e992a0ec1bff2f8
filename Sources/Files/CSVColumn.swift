/// One column of a table: reads its field of a row as what it should be.
public struct CSVColumn: Sendable {
    let path: String
    /// The column's name.
    public let name: String
    let index: Int

    /// The field as it stands.
    public func text(_ row: CSVTable.Row) -> String { row.fields[index] }

    /// The field as a whole number within `range`.
    /// - Throws: `FileError.malformedField`.
    public func integer(_ row: CSVTable.Row, in range: ClosedRange<Int> = 0...Int.max) throws -> Int {
        guard let value = Int(text(row)), range.contains(value) else {
            throw malformed(row, expected: "a whole number\(Self.words(range))")
        }
        return value
    }

    /// The field as a finite number, 0 or more unless `negative`.
    /// - Throws: `FileError.malformedField`.
    public func number(_ row: CSVTable.Row, negative: Bool = false) throws -> Double {
        guard let value = Double(text(row)), value.isFinite, negative || value >= 0 else {
            throw malformed(row, expected: negative ? "a number" : "a number, 0 or more")
        }
        return value
    }

    /// What to say of this column's field in `row`.
    public func malformed(_ row: CSVTable.Row, expected: String) -> FileError {
        .malformedField(
            path: path, line: row.line, column: index + 1, name: name, expected: expected,
            found: text(row).isEmpty ? "nothing" : "'\(text(row).prefix(60))'")
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): ""
        case (let least, .max): ", \(least) or more"
        case (let least, let most): " from \(least) to \(most)"
        }
    }
}
