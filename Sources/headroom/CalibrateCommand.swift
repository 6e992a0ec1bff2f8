import ArgumentParser
import Capacity
import Files
import Foundation
import Reports
import Workbench

struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Fit a GPU's efficiencies to measurements, and say how far off the fit is.",
        discussion: """
            Measurements are CSV files as in measurements/, or what `vllm bench serve --save-result` writes. What is fitted
            are a few numbers with a meaning (see the GPU files); each thing measured is left out in its turn to see how far off
            the others' fit is on it. Rows that are faster than the GPU's peaks allow are refused.

            With --device cpu it measures this machine, predicts how fast Headroom's own core runs the bundled models, runs
            them, and prints predicted beside measured; some fifteen seconds.

            Example:
              headroom calibrate --measurements measurements/gemm_bf16_a100_sxm.csv measurements/lmdeploy_a100_static.csv \\
                --gpu a100-80gb --engine LMDeploy --engine-version 0.1.0 --heads-per-read 4

            Example:
              headroom calibrate --device cpu
            """)

    enum Device: String, ExpressibleByArgument, CaseIterable {
        case cpu
    }

    @Option(help: "cpu: this machine and Headroom's own core, in place of measurements.")
    var device: Device?

    @Option(help: "Threads of the core, with --device cpu.")
    var threads: Int?

    @Option(parsing: .upToNextOption, help: "Files of measurements, all of one GPU and engine.")
    var measurements: [String] = []

    @Option(help: "The GPU that was measured: a name, or a JSON file.")
    var gpu: String?

    @Option(help: "Models of your own that the rows name: folders or config.json files, by their name or NAME=FOLDER.")
    var model = CommaList<String>([])

    @Option(help: "The engine: rows of others are left out, and it names the fit.")
    var engine = "kernels"

    @Option(help: "The engine's version.")
    var engineVersion = ""

    @Option(
        help: "Query heads of a group that share one reading of the cache in the engine's kernel; 0 for all of them.")
    var headsPerRead: Int?

    @Option(help: "GPUs that shared every layer, for files that do not say.")
    var gpus = 1

    @Option(help: "A JSON file to write: the GPU with this fit in it, which --gpu takes.")
    var output: String?

    @Flag(help: "Write over the output.")
    var force = false

    @Option(help: "text or json.")
    var format = ReportFormat.text

    func validate() throws {
        try checkOutput(output)
        guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads: expected 1 to 1024") }
        guard device == nil else {
            guard measurements.isEmpty, gpu == nil, output == nil else {
                throw ValidationError("--device cpu takes no --measurements, --gpu or --output")
            }
            return
        }
        guard !measurements.isEmpty else { throw ValidationError("Missing expected argument '--measurements <files>'") }
        guard gpu != nil else { throw ValidationError("Missing expected argument '--gpu <gpu>'") }
        guard gpus >= 1, gpus <= 1024 else { throw ValidationError("--gpus: expected 1 to 1024") }
        if let headsPerRead, headsPerRead < 0 {
            throw ValidationError("--heads-per-read: expected 0 or more, found \(headsPerRead)")
        }
    }

    func run() throws {
        let progress = Progress()
        if device == .cpu {
            let report = CPUCalibrationReport(try CPUCalibration.run(threads: threads) { progress.show($0) })
            print(format == .json ? try report.json() + "\n" : report.text(), terminator: "")
            return
        }
        let report = try usageErrors {
            let target = try GPU.named(gpu ?? "")
            let models = try model.values.map(measuredModel)
            let rows = try measurements.flatMap { path in
                progress.show("reading \(path)")
                return try MeasurementFile(path: path, gpus: gpus, models: models).measurements
            }
            progress.show("fitting")
            var calibrator = Calibrator(gpu: target, engine: engine, version: engineVersion)
            calibrator.headsPerRead = headsPerRead
            var result = try calibrator.calibrate(try calibrator.own(rows))
            result.calibration.transferError = try calibrator.transferError(result.calibration.efficiencies, in: rows)
            return CalibrationReport(gpu: target, result: result)
        }
        if let output {
            guard force || !FileManager.default.fileExists(atPath: output) else { throw FileError.exists(path: output) }
            try AtomicFile.write(Array(try report.gpuFile().utf8), to: output)
        }
        if let warning = report.warning { printError("Warning: \(warning)\n") }
        print(format == .json ? try report.json() + "\n" : report.text(), terminator: "")
    }
}
