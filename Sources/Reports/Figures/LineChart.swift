/// Lines over a common axis.
public struct LineChart: Equatable, Sendable {
    /// The axis to the right.
    public var x: FigureAxis
    /// The axis upwards.
    public var y: FigureAxis
    /// The lines, in the order of the legend.
    public var series: [FigureSeries]
    /// What the low and high values of points are, in words (`least and most over 24 prompts`); nil where none has any.
    public var spread: String?

    /// How far apart dotted lines at one place are drawn at most, as a share of the axis: each up to half of it to the left
    /// or the right of where it is.
    static let widestShift = 0.03

    /// A chart by its parts; see the properties.
    public init(x: FigureAxis, y: FigureAxis, series: [FigureSeries], spread: String? = nil) {
        self.x = x
        self.y = y
        self.series = series
        self.spread = spread
    }
}

/// One line of a chart.
public struct FigureSeries: Equatable, Sendable {
    /// What the legend and the data files call it.
    public var name: String
    /// The colour, the same for the same thing in all figures.
    public var color: FigureColor
    /// Its points, x ascending.
    public var points: [FigurePoint]
    /// A point that is pointed out, by a dot and a word.
    public var mark: FigureMark?
    /// How its points are drawn.
    public var look: Look
    /// What sets it apart from others of its colour.
    public var stroke: Stroke

    /// How series of one colour are told apart: by dashes and by the shape of their points.
    public enum Stroke: CaseIterable, Equatable, Sendable {
        /// The colour's own dashes, and discs.
        case own
        /// Fine dots, and circles.
        case fine
        /// Long dashes, and triangles.
        case long
    }

    /// How the points of a series are drawn.
    public enum Look: Equatable, Sendable {
        /// A line; a spread is a pale band.
        case line
        /// A line with a dot at every point; a spread is a bar.
        case dottedLine
        /// Dots alone; a spread is a bar.
        case dots
        /// A thin line with a ring at every point: around dots of other series, to point them out.
        case rings
    }

    /// A series by its parts; see the properties.
    public init(
        name: String, color: FigureColor, points: [FigurePoint], mark: FigureMark? = nil, look: Look = .line,
        stroke: Stroke = .own
    ) {
        self.look = look
        self.stroke = stroke
        self.name = name
        self.color = color
        self.points = points
        self.mark = mark
    }
}

/// One point of a line, perhaps with a spread.
public struct FigurePoint: Equatable, Sendable {
    /// Where it stands along the axis to the right.
    public var x: Double
    /// The value.
    public var y: Double
    /// The least of what `y` stands for; nil without a spread.
    public var low: Double?
    /// The most of what `y` stands for; nil without a spread.
    public var high: Double?
    /// What it has in common with points of other series, such as a budget. It stands once, to the left of the first.
    public var label: String?

    /// A point by its numbers; see the properties.
    public init(x: Double, y: Double, low: Double? = nil, high: Double? = nil, label: String? = nil) {
        self.label = label
        self.x = x
        self.y = y
        self.low = low
        self.high = high
    }
}

/// A point that is pointed out.
public struct FigureMark: Equatable, Sendable {
    /// Where it stands along the axis to the right.
    public var x: Double
    /// Where it stands along the axis upwards.
    public var y: Double
    /// What it says.
    public var label: String

    /// A mark by its parts; see the properties.
    public init(x: Double, y: Double, label: String) {
        self.x = x
        self.y = y
        self.label = label
    }
}
