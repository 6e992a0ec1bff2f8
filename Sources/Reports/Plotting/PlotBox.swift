/// A rectangle in a picture, in points from its lower left corner.
package struct PlotBox: Equatable {
    package let left: Double
    package let right: Double
    package let bottom: Double
    package let top: Double

    /// A rectangle by its edges.
    package init(left: Double, right: Double, bottom: Double, top: Double) {
        self.left = left
        self.right = right
        self.bottom = bottom
        self.top = top
    }

    /// Whether the two share more than an edge.
    package func overlaps(_ other: PlotBox) -> Bool {
        left < other.right && other.left < right && bottom < other.top && other.bottom < top
    }
}
