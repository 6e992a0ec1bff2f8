import Foundation

/// Fits efficiencies to measurements on one GPU, stage after stage: products, attention, uneven batches, and then what
/// an engine adds, with the numbers of single kernels held fast: the products', the share of the bandwidth that attention
/// reaches, and the launches of a layer. Whole engines do not tell these apart.
public struct Calibrator: Sendable {
    /// The GPU that was measured.
    public let gpu: GPU
    /// The engine that was measured.
    public var engine: String
    /// Its version.
    public var version: String
    /// Query heads of a group that share one reading of a slot in its decode kernel, 0 for all of them; nil for as many
    /// as the GPU's efficiencies say. It is read in the kernel's source: a model without groups cannot show it.
    public var headsPerRead: Int?

    /// A calibrator for an engine on a GPU.
    public init(gpu: GPU, engine: String, version: String) {
        self.gpu = gpu
        self.engine = engine
        self.version = version
    }

    /// A fit, and the rows that it left out.
    public struct Result: Sendable {
        /// The calibration.
        public var calibration: Calibration
        /// Rows faster than the memory or the arithmetic allows, with the least seconds there could be.
        public var refused: [(measurement: Measurement, least: Double)]
        /// Rows whose sequences waited for memory.
        public var waiting: [Measurement]
        /// Fixed costs that were fitted to next to nothing, by their names.
        public var vanished: [String]
    }

    /// Below so many rows of engines a fit starts from the GPU's numbers, and not from those of no engine at all.
    private static let fewRows = 20

    /// Fits all that the measurements say something about.
    /// - Throws: `CapacityError.request` where no row serves.
    public func calibrate(_ measurements: [Measurement]) throws -> Result {
        guard !measurements.isEmpty else {
            throw CapacityError.request("none of the measurements is of \(engine) on \(gpu.name)")
        }
        let sorted = SortedMeasurements(measurements, gpu: gpu)
        guard !sorted.usable.isEmpty else {
            throw CapacityError.request(
                "no row of the measurements can be fitted: \(sorted.refused.count) are faster than the GPU allows, "
                    + "in \(sorted.waiting.count) sequences waited for memory")
        }
        var efficiencies = start(sorted.usable)
        var fits: [CalibrationFit] = []
        var vanished: [String] = []
        for stage in CalibrationStage.all {
            let rows = sorted.usable.filter(stage.takes)
            guard !rows.isEmpty else { continue }
            let fit = fit(stage, rows, from: efficiencies)
            efficiencies = fit.efficiencies
            vanished += fit.vanished
            fits.append(fit.summary(refused: sorted.refused.map(\.measurement), waiting: sorted.waiting))
        }
        return Result(
            calibration: Calibration(engine: engine, version: version, efficiencies: efficiencies, fits: fits),
            refused: sorted.refused, waiting: sorted.waiting, vanished: vanished)
    }

    /// Where the fits start: kernels as they are known.
    private func start(_ rows: [Measurement]) -> Efficiencies {
        let engineRows = rows.filter { CalibrationStage.engine.takes($0) }.count
        var efficiencies = engineRows > 0 && engineRows < Self.fewRows ? gpu.efficiencies : .unmeasured
        if let known = gpu.kernels {
            efficiencies.products = known.products
            efficiencies.attention.decode.memory = known.attention.decode.memory
            efficiencies.attention.imbalance = known.attention.imbalance
        }
        if engineRows == 0 { efficiencies.dropEngine() }
        return efficiencies
    }

    private func fit(_ stage: CalibrationStage, _ rows: [Measurement], from known: Efficiencies) -> StageFit {
        var start = stage.start(known, gpu)
        if let headsPerRead, stage.isOfEngine { start.attention.headsPerRead = headsPerRead }
        return StageFit(stage, rows: rows, gpu: gpu, start: start)
    }
}

extension Efficiencies {
    /// Where a fit starts that knows nothing of a GPU: usual shares, no costs to speak of.
    static let unmeasured = Efficiencies(
        products: KernelEfficiency(memory: 0.85, compute: 0.85, rampSeconds: 1e-6, launchSeconds: 3e-6),
        attention: AttentionEfficiency(decode: KernelEfficiency(memory: 0.85, compute: 1), prefillCompute: 0.45),
        layerSeconds: 2e-5, sequenceSeconds: 1e-5, stepSeconds: 1e-4, interconnect: 0.7, hopSeconds: 1e-5,
        allReduceRampSeconds: 1e-5)

    /// Kernels alone, with no engine around them.
    mutating func dropEngine() {
        layerSeconds = 0
        sequenceSeconds = 0
        stepSeconds = 0
        hopSeconds = 0
        allReduceRampSeconds = 0
        firstTokenSteps = 0
    }
}

/// Measurements by whether a fit may use them.
struct SortedMeasurements {
    var usable: [Measurement] = []
    var refused: [(measurement: Measurement, least: Double)] = []
    var waiting: [Measurement] = []

    init(_ measurements: [Measurement], gpu: GPU) {
        let limits = TimeModel(gpu: gpu, efficiencies: .ideal)
        for measurement in measurements {
            if measurement.waits(memoryBytes: gpu.memoryBytes) {
                waiting.append(measurement)
            } else if let least = limits.leastSeconds(measurement), measurement.seconds < least {
                refused.append((measurement, least))
            } else {
                usable.append(measurement)
            }
        }
    }
}

extension TimeModel {
    /// What the memory and the arithmetic allow; nil where a row does not say what was moved. Of a closed loop it is a
    /// step of one sequence alone: how many others decode beside it, and how many prompts come in between, no row says.
    func leastSeconds(_ measurement: Measurement) -> Double? {
        switch measurement.subject {
        case .uneven: return nil
        case .served(var batch):
            (batch.weightBits, batch.kvBits) = (min(batch.weightBits, batch.leastBits), batch.leastBits)
            guard batch.arrival == .closedLoop else { return served(batch, measurement.quantity) }
            batch.batch = 1
            return served(batch, .decodeStep)
        case .product, .attention: return seconds(measurement)
        }
    }
}

extension Measurement {
    /// Whether sequences that came together waited for memory.
    func waits(memoryBytes: Int) -> Bool {
        guard case .served(let batch) = subject else { return false }
        return EngineTimes.waits(batch, memoryBytes: memoryBytes)
    }
}

extension Calibrator {
    /// Rows of whole engines, each with the seconds that a fit to the rows of other models gives it; none where there is
    /// only one model.
    func leftOut(_ measurements: [Measurement]) -> [(Measurement, seconds: Double)] {
        let rows = SortedMeasurements(measurements, gpu: gpu).usable.filter(CalibrationStage.engine.takes)
        guard !rows.isEmpty else { return [] }
        let fit = fit(.engine, rows, from: start(rows))
        return fit.secondsLeftOut().map { Array(zip(rows, $0)) } ?? []
    }

    /// The measurements that are of this GPU and engine, or do not say.
    /// - Throws: `CapacityError` for a GPU that is not known.
    public func own(_ measurements: [Measurement]) throws -> [Measurement] {
        var names: [String: String] = [:]
        return try measurements.filter { measurement in
            if let word = measurement.gpu {
                let name = try names[word] ?? GPU.named(word).name
                names[word] = name
                guard name == gpu.name else { return false }
            }
            guard let other = measurement.engine else { return true }
            return DataFolder.key(other) == DataFolder.key(engine)
        }
    }
}
