/// One figure of a report: what it shows, apart from how it is drawn.
public struct Figure: Equatable, Sendable {
    /// Its name in files and links: lower-case letters, digits and hyphens.
    public var name: String
    /// What stands over it.
    public var title: String
    /// What a reader should know beside it: what is shown, and what to look for.
    public var caption: String
    /// The values.
    public var chart: Chart

    /// A figure by its parts; see the properties.
    /// - Precondition: `name` serves as a file name.
    public init(name: String, title: String, caption: String, chart: Chart) {
        precondition(!name.isEmpty && name.utf8.allSatisfy(Self.isPlain), "a figure's name serves as a file name")
        self.name = name
        self.title = title
        self.caption = caption
        self.chart = chart
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    }
}

/// The kinds of figure.
public enum Chart: Equatable, Sendable {
    /// Lines over a common axis.
    case lines(LineChart)
    /// A grid of coloured cells.
    case heatMap(HeatMap)
    /// Several grids on the same axes, side by side.
    case panels(PanelMap)
}
