/// Predictions beside measurements, row by row.
public struct Validation: Sendable {
    /// One measured time and the predicted one.
    public struct Row: Sendable {
        /// What was measured.
        public var measurement: Measurement
        /// The GPU, by Headroom's name.
        public var gpu: String
        /// The engine whose efficiencies were taken; where the row's own is another, or another version, or nobody measured
        /// it on this GPU, both.
        public var engine: String
        /// Predicted seconds.
        public var predicted: Double
        /// Whether the row is one that no efficiencies could explain, or that waited for memory; nil where it counts.
        public var leftOut: String?

        /// Predicted over measured, less 1.
        public var error: Double { predicted / measurement.seconds - 1 }
    }

    /// A batch whose sequences waited for memory.
    public struct Queued: Sendable {
        /// What was measured.
        public var measurement: Measurement
        /// The GPU, by Headroom's name.
        public var gpu: String
        /// Most sequences that ran at once, predicted.
        public var atOnceMost: Int
        /// Mean over time.
        public var atOnceMean: Double
        /// Tokens a second: measured and predicted.
        public var tokensPerSecond: (measured: Double, predicted: Double)
        /// Seconds to a first token, mean, measured, where the row has it, and predicted.
        public var firstTokenMean: (measured: Double?, predicted: Double)
        /// Seconds to the last first token, measured, where the row has it, and predicted.
        public var firstTokenMost: (measured: Double?, predicted: Double)
    }

    /// Mean errors of some rows.
    public struct Summary: Sendable {
        /// Which rows.
        public var name: String
        /// How many.
        public var rows: Int
        /// Mean absolute relative error.
        public var error: Double
        /// Mean relative error: above 0 where predictions are too long.
        public var bias: Double
        /// The error of cross-validation that the GPU's file gives; nil where it has none.
        public var heldOut: Double?
    }

    /// Rows that were left out since they name another GPU than the one asked for.
    public private(set) var otherGPUs = 0
    /// All rows, in the order of the file.
    public var rows: [Row] = []
    /// Batches whose sequences waited for memory, in order.
    public var queued: [Queued] = []
    var calibrations: [String: Calibration] = [:]

    /// Predicts the rows of files.
    /// - Parameters:
    ///   - gpu: the GPU for rows that name none; rows that name another one are left out.
    ///   - engine: the engine whose efficiencies to take, in place of what rows name.
    /// - Throws: `CapacityError` for a row whose GPU is not known, and where every row names another GPU.
    public init(_ files: [MeasurementFile], gpu: GPU?, engine: String?) throws {
        try self.init(files.flatMap(\.measurements), gpu: gpu, engine: engine)
    }

    private init(_ measurements: [Measurement], gpu: GPU?, engine: String?) throws {
        var known: [String: GPU] = [:]
        let own = measurements.filter { measurement in
            guard let gpu, let name = measurement.gpu else { return true }
            return gpu.isNamed(name)
        }
        otherGPUs = measurements.count - own.count
        if let gpu, own.isEmpty, otherGPUs > 0 {
            throw CapacityError.request("none of the measurements is of \(gpu.name): all \(otherGPUs) name another GPU")
        }
        for measurement in own {
            let key = "\(measurement.gpu ?? "")|\(measurement.engine ?? "")|\(measurement.quantity.isKernel)"
            let target = try known[key] ?? Self.target(measurement, gpu, engine)
            known[key] = target
            calibrations["\(target.name)|\(target.calibration?.title ?? "")"] = target.calibration
            add(measurement, target)
        }
    }

    /// The GPU of a row, with the efficiencies of the row's engine where they are known, and of kernels alone for
    /// kernels.
    private static func target(_ measurement: Measurement, _ gpu: GPU?, _ engine: String?) throws -> GPU {
        let target: GPU
        if let gpu {
            target = gpu
        } else if let name = measurement.gpu {
            target = try measurement.knownGPU(name)
        } else {
            throw CapacityError.request(
                "\(measurement.path): its rows name no GPU: expected --gpu with that of the measurements")
        }
        if let engine { return try target.running(engine) }
        let word = measurement.quantity.isKernel ? "kernels" : measurement.engine
        return word.flatMap { try? target.running($0) } ?? target
    }

    private mutating func add(_ measurement: Measurement, _ gpu: GPU) {
        let model = TimeModel(gpu: gpu, efficiencies: gpu.efficiencies)
        var row = Row(
            measurement: measurement, gpu: gpu.name, engine: Self.engines(measurement, gpu),
            predicted: model.seconds(measurement))
        let limits = TimeModel(gpu: gpu, efficiencies: .ideal)
        if case .served(let batch) = measurement.subject, batch.arrival == .closedLoop,
            let simulated = batch.simulated(on: gpu)?.tokenSeconds
        {
            row.predicted = simulated
        }
        if measurement.waits(memoryBytes: gpu.memoryBytes) {
            row.leftOut = "waits for memory"
            if case .served(let batch) = measurement.subject { addQueued(measurement, batch, gpu) }
        } else if let least = limits.leastSeconds(measurement), measurement.seconds < least {
            row.leftOut = "refused: faster than the GPU's peaks allow"
        } else if case .attention(let shape) = measurement.subject,
            shape.heads > CalibrationStage.widestGroup * shape.kvHeads
        {
            row.leftOut = "more than \(CalibrationStage.widestGroup) query heads a KV head"
        }
        rows.append(row)
    }

    private static func engines(_ measurement: Measurement, _ gpu: GPU) -> String {
        guard let calibration = gpu.calibration else { return "no engine" }
        let origin = gpu.efficienciesOf.map { " on \($0), nearest" } ?? ""
        guard !measurement.quantity.isKernel else { return calibration.title + origin }
        guard let own = measurement.engine else {
            return "an engine not named, with the times of \(calibration.title)\(origin)"
        }
        let title = [own, measurement.engineVersion ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
        let isIt = [calibration.engine, calibration.title].map(DataFolder.key).contains(DataFolder.key(title))
        guard !isIt || !origin.isEmpty else { return calibration.title }
        return "\(title) with the times of \(calibration.title)\(origin)"
    }

    /// The rows that a GPU's own fit of an engine was made of, or those of the GPU whose efficiencies it takes, each
    /// predicted by a fit to the rows of other models; nil where there is none, or its files did not come with Headroom.
    /// - Throws: `FileError` where a file is not what it was.
    public static func behind(_ gpu: GPU) throws -> Validation? {
        let measured = try gpu.efficienciesOf.map { try GPU.named($0) } ?? gpu
        guard let calibration = gpu.calibration, let fit = calibration.fits.last(where: { $0.ranges["batch"] != nil })
        else { return nil }
        let known = try MeasurementFile.shipped()
        let paths = fit.files.compactMap { known[$0] }
        guard paths.count == fit.files.count else { return nil }
        var calibrator = Calibrator(gpu: measured, engine: calibration.engine, version: calibration.version)
        calibrator.headsPerRead = calibration.efficiencies.attention.headsPerRead
        let rows = try paths.flatMap { try MeasurementFile(path: $0).measurements }
        var validation = Validation()
        validation.rows = calibrator.leftOut(try calibrator.own(rows)).map { measurement, seconds in
            Row(measurement: measurement, gpu: measured.name, engine: calibration.title, predicted: seconds)
        }
        return validation.rows.isEmpty ? nil : validation
    }

    private init() {}

    private mutating func addQueued(_ measurement: Measurement, _ batch: ServedBatch, _ gpu: GPU) {
        let measured: Double
        switch measurement.quantity {
        case .medianStep:
            guard let report = batch.report else { return }
            measured = report.tokensPerSecond
        case .batchLatency: measured = Double(batch.batch * batch.newTokens) / measurement.seconds
        default: return
        }
        guard let outcome = batch.simulated(on: gpu) else { return }
        queued.append(
            Queued(
                measurement: measurement, gpu: gpu.name, atOnceMost: outcome.atOnceMost,
                atOnceMean: outcome.atOnceMean, tokensPerSecond: (measured, outcome.tokensPerSecond),
                firstTokenMean: (batch.report?.firstTokenMean, outcome.firstTokenMean),
                firstTokenMost: (batch.report?.firstTokenMost, outcome.firstTokenMost)))
    }
}

extension MeasuredQuantity {
    /// Whether it is a kernel's time and no engine's.
    var isKernel: Bool { [.product, .attention, .unevenAttention].contains(self) }
}
