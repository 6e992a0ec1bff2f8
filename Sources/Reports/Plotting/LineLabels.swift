/// The names of a chart's lines, each beside the end of its line, moved apart where they would overlap. (A legend
/// would make the reader look to and fro.)
struct LineLabels: Equatable {
    /// One name, `x` and `y` its left end and middle, in points.
    struct Label: Equatable {
        var text: String
        var x: Double
        var y: Double
        /// Which line it names.
        let series: Int

        fileprivate func overlaps(_ other: Label) -> Bool {
            x < other.x + PlotFrame.width(of: other.text) && other.x < x + PlotFrame.width(of: text)
        }
    }

    private(set) var labels: [Label]

    /// Labels where they would like to stand.
    init(_ labels: [Label], within frame: PlotFrame) {
        self.labels = labels.sorted { ($0.y, $0.series) < ($1.y, $1.series) }
        // Pushing overlapping neighbours apart by halves settles within a few rounds for the handful of lines there is.
        for _ in 0..<200 where spread() { clamp(within: frame) }
        clamp(within: frame)
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
