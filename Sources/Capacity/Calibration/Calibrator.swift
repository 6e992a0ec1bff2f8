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
        /// Numbers that the rows said nothing of, by their names: they are what they were.
        public var kept: [String]
        /// Whose numbers the fit started from, an engine's; nil where it knew of none.
        public var startedFrom: String?
    }

    /// Below so many rows of engines a fit starts from the GPU's numbers, and not from those of no engine at all.
    private static let fewRows = 20

    /// Fits all that the measurements say something about.
    /// - Throws: `CapacityError.request` where no row serves.
    public func calibrate(_ measurements: [Measurement]) throws -> Result {
        guard !measurements.isEmpty else {
            throw CapacityError.request("none of the measurements is of \(engine) on \(gpu.name)")
        }
        try checkHeadsPerRead(measurements)
        let sorted = SortedMeasurements(measurements, gpu: gpu)
        guard !sorted.usable.isEmpty else {
            throw CapacityError.request(
                "no row of the measurements can be fitted: \(sorted.refused.count) are faster than the GPU allows, "
                    + "in \(sorted.waiting.count) sequences waited for memory")
        }
        var efficiencies = start(sorted.usable)
        var fits: [CalibrationFit] = []
        var (vanished, kept): ([String], [String]) = ([], [])
        for stage in CalibrationStage.all {
            let rows = sorted.usable.filter(stage.takes)
            guard !rows.isEmpty else { continue }
            let fit = fit(stage, rows, from: efficiencies)
            efficiencies = fit.efficiencies
            vanished += fit.vanished
            kept += fit.kept
            fits.append(fit.summary(refused: sorted.refused.map(\.measurement), waiting: sorted.waiting))
        }
        return Result(
            calibration: Calibration(engine: engine, version: version, efficiencies: efficiencies, fits: fits),
            refused: sorted.refused, waiting: sorted.waiting, vanished: vanished, kept: kept,
            startedFrom: startsFromGPU(sorted.usable) ? gpu.calibration?.title : nil)
    }

    /// - Throws: `CapacityError.request` where more heads would share a reading than any group of the rows has.
    private func checkHeadsPerRead(_ measurements: [Measurement]) throws {
        guard let headsPerRead, headsPerRead > 0 else { return }
        let groups = measurements.compactMap { row -> Int? in
            guard case .served(let batch) = row.subject else { return nil }
            return batch.model.configuration.groupSize
        }
        guard let most = groups.max(), headsPerRead > most else { return }
        throw CapacityError.request(
            "heads per read: expected 0 to \(most), the most query heads of a group in the rows, found \(headsPerRead)")
    }

    /// Whether so few rows are of engines that a fit starts from the GPU's numbers.
    private func startsFromGPU(_ rows: [Measurement]) -> Bool {
        (1..<Self.fewRows).contains(rows.count { CalibrationStage.engine.takes($0) })
    }

    /// Where the fits start: kernels as they are known.
    private func start(_ rows: [Measurement]) -> Efficiencies {
        var efficiencies = startsFromGPU(rows) ? gpu.efficiencies : .unmeasured
        if let known = gpu.kernels {
            efficiencies.products = known.products
            efficiencies.attention.decode.memory = known.attention.decode.memory
            efficiencies.attention.imbalance = known.attention.imbalance
        }
        if !rows.contains(where: CalibrationStage.engine.takes) { efficiencies.dropEngine() }
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
    /// - Throws: `FileError` for a GPU that is not known; `CapacityError.request` naming the engines that were measured
    ///   on this GPU, where this one is not among them.
    public func own(_ measurements: [Measurement]) throws -> [Measurement] {
        var names: [String: String] = [:]
        let here = try measurements.filter { measurement in
            guard let word = measurement.gpu else { return true }
            let name = try names[word] ?? measurement.knownGPU(word).name
            names[word] = name
            return name == gpu.name
        }
        let own = here.filter { $0.engine.map { DataFolder.key($0) == DataFolder.key(engine) } ?? true }
        if own.isEmpty, !here.isEmpty {
            let engines = Set(here.compactMap(\.engine)).sorted().joined(separator: ", ")
            throw CapacityError.request(
                "none of the measurements is of \(engine) on \(gpu.name): expected --engine with one of \(engines)")
        }
        return own
    }
}
