/// A table of a report. Its cells are text, ready to be read; exact numbers are in the data files.
public struct ReportTable: Equatable, Sendable {
    /// What stands over it.
    public var caption: String
    /// What stands over each column.
    public var columns: [Column]
    /// The cells, `[rows][columns]`.
    public var rows: [[String]]
    /// What stands under it, a sentence each.
    public var notes: [String]

    /// One column.
    public struct Column: Equatable, Sendable {
        /// What stands over it, with the unit of its numbers.
        public var title: String
        /// Whether it holds numbers, which line up on the right.
        public var isNumber: Bool

        /// A column of numbers.
        public static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }

        /// A column of words.
        public static func words(_ title: String) -> Column { Column(title: title, isNumber: false) }
    }

    /// A table by its parts; see the properties.
    /// - Precondition: every row has a cell for every column.
    public init(caption: String, columns: [Column], rows: [[String]], notes: [String] = []) {
        precondition(rows.allSatisfy { $0.count == columns.count }, "a cell for every column")
        self.caption = caption
        self.columns = columns
        self.rows = rows
        self.notes = notes
    }
}
