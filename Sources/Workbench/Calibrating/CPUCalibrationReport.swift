import Descriptions
import Foundation
import Reports

/// What `headroom calibrate --device cpu` prints.
public struct CPUCalibrationReport: Sendable {
    /// The runs.
    public let calibration: CPUCalibration

    /// A report on runs.
    public init(_ calibration: CPUCalibration) { self.calibration = calibration }

    /// For people: the machine, then predicted beside measured.
    public func text() -> String {
        let limits = calibration.limits
        let costs = calibration.efficiencies
        func line(_ name: String, _ format: String, _ value: Double) -> String {
            name + String(format: format, value) + "\n"
        }
        let head =
            "headroom calibrate \(Release.version): this machine, \(calibration.threads) threads\n"
            + line("memory         ", "%.1f GB/s read", calibration.machine.readBytesPerSecond / 1e9)
            + line("matrices       ", "%.1f GFLOPS in float32", calibration.machine.peak(isNarrow: false) / 1e9)
            + line("weights read   ", "%.1f GB/s by the product for one token", limits.readBytesPerSecond / 1e9)
            + line("arithmetic     ", "%.1f GFLOPS by the product for 32 sequences", limits.batchFLOPS / 1e9)
            + line("arithmetic     ", "%.1f GFLOPS by the product for a chunk of a prompt", limits.promptFLOPS / 1e9)
            + line("fitted         ", "%.1f us a layer", costs.layerSeconds * 1e6)
            + line("fitted         ", "%.2f us a layer and token", costs.tokenSeconds * 1e6)
            + line(
                "fitted         ", "%.1f GB/s from the cache",
                limits.readBytesPerSecond * costs.attention.decode.memory / 1e9)
        var table = TextTable(["model", "policy", "batch", "prompt", "measured tok/s", "predicted", "error %", ""])
        for run in calibration.runs {
            table.add([
                "\(run.what.model.rawValue)", run.what.policy, "\(run.what.batch)", "\(run.what.promptTokens)",
                String(format: "%.0f", run.measured), String(format: "%.0f", run.predicted),
                String(format: "%.1f", run.error * 100), run.isFitted ? "fitted" : "",
            ])
        }
        let mean = String(format: "%.1f", meanError * 100)
        return head + "\n" + table.text() + "mean error of what was not fitted: \(mean) %\n"
    }

    /// Mean absolute relative error of the runs that were predicted.
    public var meanError: Double {
        let errors = calibration.runs.filter { !$0.isFitted }.map { abs($0.error) }
        return errors.reduce(0, +) / Double(max(1, errors.count))
    }

    private struct Line: Encodable {
        var model: String
        var policy: String
        var batch: Int
        var promptTokens: Int
        var measuredTokensPerSecond: Double
        var predictedTokensPerSecond: Double
        var error: Double
        var fitted: Bool
    }

    private struct Document: Encodable {
        var command = "calibrate --device cpu"
        var version = Release.version
        var threads: Int
        var machineReadBytesPerSecond: Double
        var machineFloat32Flops: Double
        var readBytesPerSecond: Double
        var batchFlops: Double
        var promptFlops: Double
        var layerSeconds: Double
        var tokenSeconds: Double
        var cacheBytesPerSecond: Double
        var runs: [Line]
        var meanError: Double
    }

    /// The same for programs.
    /// - Throws: `EncodingError` where a number is not finite.
    public func json() throws -> String {
        let limits = calibration.limits
        let costs = calibration.efficiencies
        return try JSONText.text(
            Document(
                threads: calibration.threads,
                machineReadBytesPerSecond: calibration.machine.readBytesPerSecond,
                machineFloat32Flops: calibration.machine.peak(isNarrow: false),
                readBytesPerSecond: limits.readBytesPerSecond,
                batchFlops: limits.batchFLOPS, promptFlops: limits.promptFLOPS, layerSeconds: costs.layerSeconds,
                tokenSeconds: costs.tokenSeconds,
                cacheBytesPerSecond: limits.readBytesPerSecond * costs.attention.decode.memory,
                runs: calibration.runs.map { run in
                    Line(
                        model: run.what.model.rawValue, policy: run.what.policy, batch: run.what.batch,
                        promptTokens: run.what.promptTokens, measuredTokensPerSecond: run.measured,
                        predictedTokensPerSecond: run.predicted, error: run.error, fitted: run.isFitted)
                }, meanError: meanError), snakeCase: true)
    }
}
