/// Efficiencies of one engine on one GPU, fitted to measurements, with where they come from and how far off they are.
public struct Calibration: Hashable, Sendable, Codable {
    /// The name of a fit to kernels alone, with no engine around them.
    public static let kernels = "kernels"

    /// The engine, `LMDeploy`, or `kernels`.
    public var engine: String
    /// Its version, as far as it is known.
    public var version: String
    /// The fitted numbers, and those taken from elsewhere.
    public var efficiencies: Efficiencies
    /// How they were found, in the order of the fits.
    public var fits: [CalibrationFit]
    /// Mean absolute relative error where these efficiencies were put on the peaks of another GPU on which the same engine
    /// was measured; nil where none was. (A test recomputes it.)
    public var transferError: Double?
    /// The GPU that was measured, where the one that has this fit is another of the same chip; nil where it is itself.
    public var measuredOn: String?

    /// A calibration by its parts; see the properties.
    public init(engine: String, version: String, efficiencies: Efficiencies, fits: [CalibrationFit]) {
        self.engine = engine
        self.version = version
        self.efficiencies = efficiencies
        self.fits = fits
    }

    enum CodingKeys: String, CodingKey {
        case engine, version, efficiencies, fits
        case transferError = "transfer_error"
        case measuredOn = "measured_on"
    }

    /// The same fit where another GPU takes it than the one it is of.
    func measured(on gpu: String) -> Calibration {
        var other = self
        other.measuredOn = measuredOn ?? gpu
        return other
    }

    /// Engine and version.
    public var title: String { version.isEmpty ? engine : "\(engine) \(version)" }
}

extension Calibration {
    /// The error to expect of an unseen model's decode step, that of cross-validation: of steps, or else of whole batches.
    /// Nil where no model was left out of the fit.
    public var stepError: Double? { error(of: [.decodeStep, .batchLatency, .tokenTime]) }

    /// The same for a first token.
    public var firstTokenError: Double? { error(of: [.firstToken, .batchLatency]) }

    private func error(of quantities: [MeasuredQuantity]) -> Double? {
        quantities.lazy.compactMap { quantity in
            fits.last { $0.errors[quantity.rawValue] != nil }?.errors[quantity.rawValue]
        }.first?.heldOut
    }

    /// The largest and smallest values that rows of whole engines had, by the names of `CalibrationFit.ranges`.
    public var ranges: [String: ClosedRange<Double>] {
        fits.last { $0.ranges["batch"] != nil }?.ranges.mapValues { $0.range } ?? [:]
    }
}
