/// One axis of a figure.
public struct FigureAxis: Equatable, Sendable {
    /// What it shows, in words, without the unit.
    public var label: String
    /// The name of its column in data files.
    public var column: String
    /// What it counts, hence the unit.
    public var quantity: Quantity
    /// How values are spread along it.
    public var scale: Scale

    /// How values are spread along an axis.
    public enum Scale: Equatable, Sendable {
        /// Evenly, from zero on.
        case linear
        /// Each tick `base` times the one before.
        case logarithmic(base: Int)
    }

    /// An axis by its parts; see the properties.
    public init(label: String, column: String, quantity: Quantity, scale: Scale = .linear) {
        self.label = label
        self.column = column
        self.quantity = quantity
        self.scale = scale
    }
}
