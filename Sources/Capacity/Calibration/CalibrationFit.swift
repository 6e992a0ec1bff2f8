/// One fit of some efficiencies to measurements.
public struct CalibrationFit: Hashable, Sendable, Codable {
    /// How far predictions are off: mean absolute relative errors.
    public struct Errors: Hashable, Sendable, Codable {
        /// Rows that the error is over.
        public var rows: Int
        /// Of the rows that were fitted.
        public var fit: Double
        /// Of rows that were left out of the fit, each in its turn; nil where nothing could be left out.
        public var heldOut: Double?

        enum CodingKeys: String, CodingKey {
            case rows, fit
            case heldOut = "held_out"
        }
    }

    /// From where to where something went in the rows.
    public struct Span: Hashable, Sendable, Codable {
        /// The least.
        public var least: Double
        /// The most.
        public var most: Double

        var range: ClosedRange<Double> { least...most }
    }

    /// The numbers fitted, by their names in the file; not those that the rows did not move.
    public var parameters: [String]
    /// The files the rows are from, without their folders.
    public var files: [String]
    /// Rows fitted.
    public var rows: Int
    /// Rows that were refused, since they are faster than the memory or the arithmetic allows.
    public var refused: Int
    /// Rows that were left out since their sequences waited for memory.
    public var waiting: Int
    /// What was left out together in cross-validation: `model`, `heads`, `shape`.
    public var heldOutBy: String
    /// Errors by what was measured, and of each thing left out as `quantity: name`.
    public var errors: [String: Errors]
    /// What the rows covered.
    public var ranges: [String: Span]

    enum CodingKeys: String, CodingKey {
        case parameters, files, rows, refused, waiting, errors, ranges
        case heldOutBy = "held_out_by"
    }
}
