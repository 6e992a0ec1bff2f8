/// Weights of 8 bit: every row is cut into groups of columns, and a weight is its number times its group's scale.
public struct Int8Numbers {
    /// `[rows, columns]`.
    public let values: UnsafePointer<Int8>
    /// `[rows, groups]`.
    public let scales: UnsafePointer<Float>
    /// Numbers of a row.
    public let columns: Int
    /// Columns of a group; the last of a row may have fewer.
    public let group: Int

    /// Numbers by their parts; see the properties.
    public init(values: UnsafePointer<Int8>, scales: UnsafePointer<Float>, columns: Int, group: Int) {
        precondition(group > 0 && columns > 0, "a group has columns")
        self.values = values
        self.scales = scales
        self.columns = columns
        self.group = group
    }

    /// The same from `count` numbers further on.
    func advanced(by count: Int) -> Int8Numbers {
        precondition(count % columns == 0, "scales belong to whole rows")
        let groups = (columns + group - 1) / group
        return Int8Numbers(
            values: values + count, scales: scales + count / columns * groups, columns: columns, group: group)
    }
}
