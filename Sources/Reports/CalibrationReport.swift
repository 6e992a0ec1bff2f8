import Capacity
import Descriptions
import Foundation

/// What `headroom calibrate --measurements` prints and writes: fitted numbers, and how far off they are.
public struct CalibrationReport: Sendable {
    /// The GPU that was measured.
    public let gpu: GPU
    /// The fit.
    public let result: Calibrator.Result

    /// A report on a fit.
    public init(gpu: GPU, result: Calibrator.Result) {
        self.gpu = gpu
        self.result = result
    }

    /// For people: the numbers, then errors, then rows that were refused.
    public func text() -> String {
        let calibration = result.calibration
        var lines = ["headroom calibrate \(Release.version): \(calibration.title) on \(gpu.name)"]
        for refused in result.refused {
            lines.append(
                "refused: \(refused.measurement.path): line \(refused.measurement.line): "
                    + "\(Self.time(refused.measurement.seconds)) is faster than the GPU's peaks allow, "
                    + "\(Self.time(refused.least)) (\(refused.measurement.label))")
        }
        if !result.waiting.isEmpty {
            lines.append("left out: \(result.waiting.count) measurements of sequences that waited for memory")
        }
        return lines.map { $0 + "\n" }.joined() + "\n" + numbers + "\n" + errors + transfer
    }

    /// The mean error in the fit above which it is doubtful.
    private static let doubtful = 0.25

    /// Why the fit is doubtful, in one line: an error in the very rows that were fitted, or a fixed cost that they left
    /// nothing of. Nil where nothing speaks against it.
    public var warning: String? {
        let quantities = Set(MeasuredQuantity.allCases.map(\.rawValue))
        let errors: [String] = result.calibration.fits.flatMap { fit in
            fit.errors.filter { quantities.contains($0.key) && $0.value.fit > Self.doubtful }
                .sorted { $0.key < $1.key }
                .map { "\($0.key) is off by \(PlanFormatting.number($0.value.fit * 100, digits: 1)) % in the fit" }
        }
        let costs = result.vanished.map { name in
            "\(name) was fitted to next to nothing, \(Self.value(name, result.calibration.efficiencies))"
        }
        let reasons = errors + costs
        return reasons.isEmpty ? nil : "the fit is doubtful: " + reasons.joined(separator: "; ")
    }

    private var transfer: String {
        guard let error = result.calibration.transferError else { return "" }
        return "\non the peaks of another GPU that the same engine was measured on: "
            + "\(PlanFormatting.number(error * 100, digits: 1)) %\n"
    }

    private var numbers: String {
        var table = TextTable(["fitted", "value", "from"])
        for fit in result.calibration.fits {
            for name in fit.parameters {
                table.add([name, Self.value(name, result.calibration.efficiencies), fit.files.joined(separator: " ")])
            }
        }
        for name in result.kept {
            table.add([
                name, Self.value(name, result.calibration.efficiencies),
                result.startedFrom.map { "kept from \($0): the rows say nothing of it" }
                    ?? "taken as usual: the rows say nothing of it",
            ])
        }
        return table.text()
    }

    private var errors: String {
        var table = TextTable(["mean error", "rows", "in the fit %", "left out %", "left out by"])
        for fit in result.calibration.fits {
            for (name, errors) in fit.errors.sorted(by: { $0.key < $1.key }) {
                table.add([
                    name, "\(errors.rows)", PlanFormatting.number(errors.fit * 100, digits: 1),
                    PlanFormatting.number(errors.heldOut.map { $0 * 100 }, digits: 1), fit.heldOutBy,
                ])
            }
        }
        return table.text()
    }

    private static func value(_ name: String, _ efficiencies: Efficiencies) -> String {
        guard let value = efficiencies.value(of: name) else { return "—" }
        guard !name.hasSuffix("seconds") else { return time(value) }
        return PlanFormatting.number(value, digits: 4) + (value >= 1 ? " (the most)" : "")
    }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case 1...: "\(PlanFormatting.number(seconds, digits: 2)) s"
        case 1e-3...: "\(PlanFormatting.number(seconds * 1e3, digits: 2)) ms"
        case 1e-7...: "\(PlanFormatting.number(seconds * 1e6, digits: 2)) us"
        default: "\(PlanFormatting.number(seconds * 1e9, digits: 2)) ns"
        }
    }

    private struct Refused: Encodable {
        var file: String
        var line: Int
        var what: String
        var measuredSeconds: Double
        var leastSeconds: Double

        enum CodingKeys: String, CodingKey {
            case file, line, what
            case measuredSeconds = "measured_seconds"
            case leastSeconds = "least_seconds"
        }
    }

    private struct Document: Encodable {
        var command = "calibrate"
        var version = Release.version
        var gpu: String
        var calibration: Calibration
        var refused: [Refused]
        var waiting: Int
    }

    /// The same for programs.
    /// - Throws: `EncodingError` where a number is not finite.
    public func json() throws -> String {
        let refused = result.refused.map {
            Refused(
                file: $0.measurement.path, line: $0.measurement.line, what: $0.measurement.label,
                measuredSeconds: $0.measurement.seconds, leastSeconds: $0.least)
        }
        return try JSONText.text(
            Document(
                gpu: gpu.name, calibration: result.calibration, refused: refused, waiting: result.waiting.count))
    }

    /// The GPU's file with this fit in it, the first one, in place of an earlier one of the same engine:
    /// what `--gpu FILE.json` takes.
    /// - Throws: `EncodingError` where a number is not finite.
    public func gpuFile() throws -> String { try JSONText.text(gpu.calibrated(result.calibration)) + "\n" }
}
