/// The names of a chart's lines, each beside the end of its line, moved apart where they would overlap, and off what is
/// drawn in their place. (A legend would make the reader look to and fro.)
package struct LineLabels: Equatable {
    /// One name, `x` and `y` its left end and middle, in points.
    package struct Label: Equatable {
        package var text: String
        package var x: Double
        package var y: Double
        /// Which line it names.
        package let series: Int

        /// A name that would like to stand at `x`, `y`.
        package init(text: String, x: Double, y: Double, series: Int) {
            self.text = text
            self.x = x
            self.y = y
            self.series = series
        }

        fileprivate func overlaps(_ other: Label) -> Bool {
            x < other.x + PlotFrame.width(of: other.text) && other.x < x + PlotFrame.width(of: text)
        }

        /// What its text covers.
        package var box: PlotBox {
            PlotBox(
                left: x - 2, right: x + PlotFrame.width(of: text) + 2, bottom: y - PlotFrame.lineHeight / 2,
                top: y + PlotFrame.lineHeight / 2)
        }
    }

    package private(set) var labels: [Label]

    /// Labels as near as can be to where they would like to stand, off the `drawn` boxes.
    package init(_ labels: [Label], off drawn: [PlotBox] = [], within frame: PlotFrame) {
        self.labels = labels.sorted { ($0.y, $0.series) < ($1.y, $1.series) }
        // Pushing overlapping neighbours apart by halves settles within a few rounds for the handful of lines there is.
        for _ in 0..<200 where spread() { clamp(within: frame) }
        clamp(within: frame)
        if !drawn.isEmpty { for index in self.labels.indices { move(index, off: drawn, frame) } }
    }

    /// Puts a label at the nearest place where it covers nothing; it stays where there is none.
    private mutating func move(_ index: Int, off drawn: [PlotBox], _ frame: PlotFrame) {
        let label = labels[index]
        let taken = drawn + labels.indices.filter { $0 != index }.map { labels[$0].box }
        let places = Self.steps(width: PlotFrame.width(of: label.text)).map { step in
            Label(text: label.text, x: label.x + step.x, y: label.y + step.y, series: label.series)
        }
        let free = places.first { place in
            let box = place.box
            return box.left > frame.left && box.right < frame.width && box.bottom > frame.bottom
                && box.top < frame.height && !taken.contains(where: box.overlaps)
        }
        if let free { labels[index] = free }
    }

    /// Ways to move a label of some width, shortest first: up and down, to the right, and to the other side of its point.
    private static func steps(width: Double) -> [(x: Double, y: Double)] {
        let across = Array(stride(from: 0.0, through: 96, by: 6)) + [-width - 18]
        let steps = across.flatMap { x in
            stride(from: -51.0, through: 51, by: 4.25).map { y in
                // To the other side costs as much as a line up or down.
                (x: x, y: y, cost: (x < 0 ? PlotFrame.lineHeight : x) + abs(y))
            }
        }
        return steps.sorted { ($0.cost, $0.x, $0.y) < ($1.cost, $1.x, $1.y) }.map { ($0.x, $0.y) }
    }

    private mutating func spread() -> Bool {
        var moved = false
        for lower in labels.indices {
            for upper in labels.indices.dropFirst(lower + 1) where labels[lower].overlaps(labels[upper]) {
                let missing = PlotFrame.lineHeight - (labels[upper].y - labels[lower].y)
                guard missing > 0.01 else { continue }
                labels[lower].y -= missing / 2
                labels[upper].y += missing / 2
                moved = true
            }
        }
        return moved
    }

    private mutating func clamp(within frame: PlotFrame) {
        for index in labels.indices {
            labels[index].y = min(max(labels[index].y, frame.bottom + 6), frame.top - 4)
        }
    }
}
