/// Where the axes stand in a picture, in points from its lower left corner. Headroom sets the frame itself, so that it
/// knows where a label will come to stand.
package struct PlotFrame: Equatable {
    /// Height of a line of text, and what one of its characters takes on average, in the figures' font.
    static let lineHeight = 17.0
    static let characterWidth = 7.9

    /// Size of the whole picture.
    package let width: Double
    package let height: Double
    /// The axes' edges.
    package let left: Double
    package let right: Double
    package let bottom: Double
    package let top: Double

    /// A frame that leaves room for tick labels of `tickCharacters` to the left and labels of `labelWidth` to the
    /// right.
    package init(width: Int, height: Int, tickCharacters: Int, labelWidth: Double, hasTitle: Bool) {
        self.width = Double(width)
        self.height = Double(height)
        left = 44 + Double(tickCharacters) * Self.characterWidth
        right = self.width - max(22, labelWidth)
        bottom = 64
        top = self.height - (hasTitle ? 52 : 14)
    }

    /// gnuplot's lines for it.
    var script: String {
        let horizontal = "set lmargin at screen \(left / width)\nset rmargin at screen \(right / width)\n"
        return horizontal + "set bmargin at screen \(bottom / height)\nset tmargin at screen \(top / height)\n"
    }

    /// What text takes from left to right.
    static func width(of text: String) -> Double { Double(text.count) * characterWidth }
}
