/// Several grids of coloured cells on the same axes, drawn side by side to be compared.
public struct PanelMap: Equatable, Sendable {
    /// What counts the columns.
    public var x: FigureAxis
    /// What counts the rows, from top to bottom.
    public var y: FigureAxis
    /// What the colours stand for, evenly spread from 0 to 100.
    public var value: FigureAxis
    /// How many of what the axes count one cell spans, each way.
    public var cellSize: Int
    /// The grids, all of one size.
    public var panels: [Panel]

    /// One grid.
    public struct Panel: Equatable, Sendable {
        /// What stands over it.
        public var name: String
        /// The values, `[rows][columns]`; nothing is drawn for a 0.
        public var cells: [[Double]]

        /// A panel by its parts.
        public init(name: String, cells: [[Double]]) {
            self.name = name
            self.cells = cells
        }
    }

    /// A map by its parts; see the properties.
    public init(x: FigureAxis, y: FigureAxis, value: FigureAxis, cellSize: Int, panels: [Panel]) {
        self.x = x
        self.y = y
        self.value = value
        self.cellSize = cellSize
        self.panels = panels
    }
}
