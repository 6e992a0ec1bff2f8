import Foundation

/// Compression by layer and head as lines of a terminal: numbers, on coloured ground where there is colour; where a row
/// of numbers would not fit, shades.
struct InspectHeatMap {
    /// Tokens over slots, `[layers][kvHeads]`.
    let ratios: [[Double]]
    /// Tokens over slots of whole layers.
    let layerRatios: [Double]
    let terminal: InspectTerminal

    private static let labelWidth = 13
    private static let numberWidth = 6
    private static let shades = [" ", "░", "▒", "▓", "█"]
    /// Background and text, from the 256 colours, dark violet to yellow; near the first steps of viridis.
    private static let colours = [(53, 255), (60, 255), (31, 255), (36, 16), (71, 16), (148, 16), (226, 16)]

    /// The map's lines, its legend last.
    var lines: [String] {
        let rows = zip(ratios, layerRatios).enumerated().map { layer, row in
            label("\(layer)", ratio(row.1)) + row.0.map(cell).joined()
        }
        return [columnLine] + rows + [legend]
    }

    private var showsNumbers: Bool {
        Self.labelWidth + Self.numberWidth * (ratios.first?.count ?? 0) <= terminal.columns
    }

    private var lowest: Double { ratios.joined().min() ?? 1 }
    private var highest: Double { ratios.joined().max() ?? 1 }

    private var columnLine: String {
        guard showsNumbers else { return label("layer", "all") + "heads 0 to \((ratios.first?.count ?? 1) - 1)" }
        return label("layer", "all") + (ratios.first ?? []).indices.map { pad("\($0)", Self.numberWidth) }.joined()
    }

    private func label(_ layer: String, _ all: String) -> String { pad(layer, 5) + pad(all, 6) + "  " }

    private func ratio(_ value: Double) -> String { NumberText.fixed(value, places: value < 100 ? 2 : 0) }

    private func cell(_ value: Double) -> String {
        if terminal.hasColour {
            let text = showsNumbers ? pad(ratio(value), Self.numberWidth - 1) + " " : "  "
            return coloured(text, level(value, of: Self.colours.count))
        }
        if showsNumbers { return pad(ratio(value), Self.numberWidth) }
        let shade = Self.shades[level(value, of: Self.shades.count)]
        return shade + shade
    }

    /// The step of a ratio, on a scale of equal factors from the lowest to the highest.
    private func level(_ value: Double, of count: Int) -> Int {
        guard highest > lowest else { return 0 }
        return min(count - 1, Int(log(value / lowest) / log(highest / lowest) * Double(count)))
    }

    private func coloured(_ text: String, _ level: Int) -> String {
        let (ground, ink) = Self.colours[level]
        return "\u{1B}[48;5;\(ground);38;5;\(ink)m\(text)\u{1B}[0m"
    }

    private var legend: String {
        if showsNumbers && !terminal.hasColour { return "tokens per slot; 'all' is the layer's heads together" }
        let count = terminal.hasColour ? Self.colours.count : Self.shades.count
        let steps = (0..<count).map { step in
            let from = lowest * pow(highest / lowest, Double(step) / Double(count))
            let sample = terminal.hasColour ? coloured("  ", step) : Self.shades[step] + Self.shades[step]
            return "\(sample) \(ratio(from))"
        }
        return "tokens per slot, from: " + steps.joined(separator: "  ")
    }
}

/// Text filled up with spaces before it, to so many characters.
func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
