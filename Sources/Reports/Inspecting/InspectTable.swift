/// Columns that line up, in plain text: words on the left, numbers on the right.
struct InspectTable {
    /// What stands over each column.
    let columns: [String]
    /// How many columns, from the first, hold words.
    var words = 0
    /// The cells, `[rows][columns]`.
    let rows: [[String]]

    /// The table's lines, the columns' names first.
    var lines: [String] {
        let widths = columns.indices.map { column in ([columns] + rows).map { $0[column].count }.max() ?? 0 }
        return ([columns] + rows).map { row in
            let cells = row.indices.map { index in
                let fill = String(repeating: " ", count: widths[index] - row[index].count)
                return index < words ? row[index] + fill : fill + row[index]
            }
            return cells.joined(separator: "  ")
        }
    }
}
