/// A grid of coloured cells, rows from top to bottom.
public struct HeatMap: Equatable, Sendable {
    /// What counts the columns.
    public var x: FigureAxis
    /// What counts the rows.
    public var y: FigureAxis
    /// What the colours stand for. They are spread logarithmically: twice the value, one step darker.
    public var value: FigureAxis
    /// The values, `[rows][columns]`, all positive; rows may differ in length.
    public var cells: [[Double]]

    /// A heat map by its parts; see the properties.
    public init(x: FigureAxis, y: FigureAxis, value: FigureAxis, cells: [[Double]]) {
        self.x = x
        self.y = y
        self.value = value
        self.cells = cells
    }
}
