/// What gnuplot is sent to draw one figure, but for the terminal: script text, and tables that stand inline.
struct PlotScript: Equatable {
    /// One thing that is sent.
    enum Part: Equatable {
        /// Script lines.
        case text(String)
        /// Numbers that later lines know as `$name`.
        case table(name: String, rows: [[Double]])
    }

    /// Size of the picture, in points.
    var width = 760
    /// Size of the picture, in points.
    var height = 400
    /// What to send, in order.
    var parts: [Part] = []
    /// What each element of the plot shows, in gnuplot's order; these become the names of its groups in an SVG.
    var elements: [String] = []

    /// Adds one line of script.
    mutating func line(_ text: String) { parts.append(.text("\(text)\n")) }

    /// Adds a table.
    mutating func table(_ name: String, _ rows: [[Double]]) { parts.append(.table(name: name, rows: rows)) }

    /// Text as a gnuplot string that stands for itself: single quotes, in which gnuplot substitutes nothing.
    static func quoted(_ text: String) -> String {
        let plain = text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 == "'" ? "''" : "\($0)" }
        return "'\(plain.joined())'"
    }
}

extension PlotScript {
    /// The look that all figures share: two thin axes, pale lines to read values by, dark grey text.
    mutating func setLook(_ frame: PlotFrame) {
        line("set encoding utf8")
        line("set border 3 linecolor rgb '#7f7f7f' linewidth 1")
        line("set tics nomirror out scale 0.4 textcolor rgb '#333333'")
        line("set grid ytics noxtics linetype 1 linecolor rgb '#e3e3e3' linewidth 0.8")
        line("unset key")
        parts.append(.text(frame.script))
    }

    /// A title over the axes, for a picture that stands alone.
    mutating func setTitle(_ title: String, _ frame: PlotFrame) {
        let place = "screen \(frame.left / frame.width), screen \(1 - 24 / frame.height)"
        line("set label \(Self.quoted(title)) at \(place) left font ',13' textcolor rgb '#111111'")
    }

    /// Range, ticks and label of one axis; `name` is gnuplot's: `x`, `y` or `cb`.
    mutating func setAxis(_ name: String, _ axis: FigureAxis, ticks: AxisTicks, unit: String) {
        if case .logarithmic(let base) = axis.scale { line("set logscale \(name) \(base)") }
        line("set \(name)range [\(ticks.range.lowerBound):\(ticks.range.upperBound)]")
        let pairs = zip(ticks.values, ticks.labels).map { "\(Self.quoted($1)) \($0)" }
        line("set \(name)tics (\(pairs.joined(separator: ", ")))")
        let label = unit.isEmpty ? axis.label : "\(axis.label) (\(unit))"
        line("set \(name)label \(Self.quoted(label)) textcolor rgb '#333333'")
    }
}
