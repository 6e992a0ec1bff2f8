/// Weights of 8 bit: every row is cut into groups of columns, and a weight is its number times its group's scale.
public struct Int8Numbers {
    /// `[rows, columns]`.
    public let values: UnsafePointer<Int8>
    /// `[rows, groups]`.
    public let scales: UnsafePointer<Float>
    /// Columns of a group; the last of a row may have fewer.
    public let group: Int

    /// Numbers by their parts; see the properties.
    public init(values: UnsafePointer<Int8>, scales: UnsafePointer<Float>, group: Int) {
        precondition(group > 0, "a group has columns")
        self.values = values
        self.scales = scales
        self.group = group
    }

    /// Where a row of `columns` columns, and its scales, begin.
    func from(row: Int, columns: Int) -> (values: UnsafePointer<Int8>, scales: UnsafePointer<Float>) {
        (values + row * columns, scales + row * ((columns + group - 1) / group))
    }
}
