/// Columns of text, padded so that they line up: words to the left, numbers to the right.
package struct TextTable {
    private let titles: [String]
    private let words: Int
    private var rows: [[String]] = []

    /// A table with these column titles.
    /// - Parameter words: how many of the first columns hold words, even where all of them begin with a digit.
    package init(_ titles: [String], words: Int = 0) {
        self.titles = titles
        self.words = words
    }

    /// A report's table, without its caption and notes.
    init(_ table: ReportTable) {
        self.init(table.columns.map { Self.plain($0.title) })
        for row in table.rows { add(row.map(Self.plain)) }
    }

    /// Without the spaces that keep a page from breaking lines.
    private static func plain(_ text: String) -> String { text.replacing("\u{A0}", with: " ") }

    /// Adds a row; missing cells are empty.
    package mutating func add(_ cells: [String]) {
        let shown = cells.map(Self.escaped)
        rows.append(shown + Array(repeating: "", count: max(0, titles.count - cells.count)))
    }

    /// The table, each line ending with a newline.
    package func text() -> String {
        let widths = titles.indices.map { column in
            ([titles] + rows).map { $0[column].count }.max() ?? 0
        }
        let right = titles.indices.map { column in
            column >= words && rows.allSatisfy { $0[column].isEmpty || Self.isNumber($0[column]) }
        }
        return ([titles] + rows).map { cells in
            let padded = cells.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - cells[column].count)
                return right[column] ? space + cells[column] : cells[column] + space
            }
            let line = padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    /// Control characters spelled out: a prompt's name must not move the cursor.
    private static func escaped(_ cell: String) -> String {
        guard cell.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return cell }
        return cell.unicodeScalars.map {
            $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : String($0)
        }.joined()
    }

    /// Whether a cell begins as a number does, or says that there is none.
    private static func isNumber(_ cell: String) -> Bool {
        guard let first = cell.first else { return true }
        return first.isNumber || first == "-" || first == "—"
    }
}
