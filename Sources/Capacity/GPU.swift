/// A GPU as data: its datasheet's peaks, what the device reports as memory, and how much of the peaks kernels reach.
public struct GPU: Hashable, Sendable {
    /// The name it is listed by.
    public var name: String
    /// Other names it goes by.
    public var aliases: [String]
    /// Memory in bytes as the device reports it, not the round number it is sold by.
    public var memoryBytes: Int
    /// What of it a process sees, as CUDA reports it: the driver keeps the rest. Nil where nobody stated it.
    public var usableBytes: Int?
    /// Peak bandwidth of its memory, bytes a second.
    public var bandwidthBytesPerSecond: Double
    /// Peak dense arithmetic in bfloat16 with float32 sums, operations a second (a multiply-add is two).
    public var bf16FLOPS: Double
    /// The same in FP8, for products of 8-bit weights and activations; nil where it has no such units.
    public var fp8FLOPS: Double?
    /// Peak bandwidth to the other GPUs, both directions together, as datasheets state it; nil where it has none.
    public var interconnectBytesPerSecond: Double?
    /// How far that bandwidth goes; nil where any number of GPUs have it, through a switch.
    public var interconnectReach: InterconnectReach?
    /// Streaming multiprocessors, or compute units; nil where it is not known.
    public var processors: Int?
    /// How much of the peaks kernels reach.
    public var efficiencies: Efficiencies
    /// The engines measured on it, or on the GPU whose efficiencies these are; the first one's are `efficiencies`.
    public var calibrations: [Calibration]
    /// The GPU whose efficiencies these are, where they are another's.
    public var efficienciesOf: String?
    /// Where the numbers come from.
    public var sources: [Provenance]

    /// A GPU by its numbers; see the properties.
    public init(
        name: String, aliases: [String] = [], memoryBytes: Int, bandwidthBytesPerSecond: Double, bf16FLOPS: Double,
        interconnectBytesPerSecond: Double?, processors: Int? = nil, efficiencies: Efficiencies,
        calibrations: [Calibration] = [], efficienciesOf: String? = nil, sources: [Provenance] = []
    ) {
        self.name = name
        self.aliases = aliases
        self.memoryBytes = memoryBytes
        self.bandwidthBytesPerSecond = bandwidthBytesPerSecond
        self.bf16FLOPS = bf16FLOPS
        self.interconnectBytesPerSecond = interconnectBytesPerSecond
        self.processors = processors
        self.efficiencies = efficiencies
        self.calibrations = calibrations
        self.efficienciesOf = efficienciesOf
        self.sources = sources
    }
}

/// GPUs that an interconnect serves where no switch gives all of them the same bandwidth.
public struct InterconnectReach: Hashable, Sendable, Codable {
    /// Other GPUs that have a link each, so that fewer GPUs use only some of the links; nil where links are not shared
    /// out so.
    public var peers: Int?
    /// GPUs that have it at most, such as the two that a bridge joins; nil for any number.
    public var mostGPUs: Int?
    /// Bandwidth that more GPUs than these have, both directions together: that of the bus.
    public var busBytesPerSecond: Double?

    enum CodingKeys: String, CodingKey {
        case peers
        case mostGPUs = "most_gpus"
        case busBytesPerSecond = "bus_bytes_per_second"
    }
}

extension GPU {
    /// Bandwidth of each of `gpus` GPUs to the others, both directions together; nil for one, or where there is none.
    public func interconnect(among gpus: Int) -> Double? {
        guard gpus > 1, let all = interconnectBytesPerSecond else { return nil }
        if let most = interconnectReach?.mostGPUs, gpus > most { return interconnectReach?.busBytesPerSecond }
        guard let peers = interconnectReach?.peers else { return all }
        return all * Double(min(gpus - 1, peers)) / Double(peers)
    }
}

extension GPU: Encodable {
    enum CodingKeys: String, CodingKey {
        case name, aliases, processors, efficiencies, calibrations, sources
        case memoryBytes = "memory_bytes"
        case usableBytes = "usable_bytes"
        case bandwidthBytesPerSecond = "bandwidth_bytes_per_second"
        case bf16FLOPS = "bf16_flops"
        case fp8FLOPS = "fp8_flops"
        case interconnectReach = "interconnect_reach"
        case interconnectBytesPerSecond = "interconnect_bytes_per_second"
        case efficienciesOf = "efficiencies_of"
    }
}

extension GPU {
    /// Memory in bytes that a process sees, as far as it is known.
    public var processBytes: Int { usableBytes ?? memoryBytes }

    /// The efficiencies of single kernels: those measured alone, else those it has; nil where nothing was measured.
    var kernels: Efficiencies? {
        (calibrations.first { $0.engine == Calibration.kernels } ?? calibration)?.efficiencies
    }

    /// The measurements behind its efficiencies; nil where there are none.
    public var calibration: Calibration? { calibrations.first }

    /// Where projected times come from.
    public var timeSource: TimeSource {
        calibrations.isEmpty ? .datasheet : efficienciesOf == nil ? .fitted : .nearest
    }

    /// The mean error to expect of a projected decode step: that of cross-validation, or where the efficiencies are
    /// another GPU's, what they were off when that was tried; nil where nothing was measured.
    public var stepError: Double? {
        timeSource == .nearest ? calibration?.transferError : calibration?.stepError
    }

    /// The same for a first token.
    public var firstTokenError: Double? {
        timeSource == .nearest ? calibration?.transferError : calibration?.firstTokenError
    }

    /// The same GPU with the efficiencies of the engine that `word` names: its name, or name and version, as
    /// `headroom list gpus` shows them, loose in case, `-`, `_`, `.` and spaces.
    /// - Throws: `CapacityError.unknown` naming those that there are.
    public func running(_ word: String) throws -> GPU {
        let key = DataFolder.key(word)
        guard
            let index = calibrations.firstIndex(where: {
                [$0.engine, $0.title].map(DataFolder.key).contains(key)
            })
        else {
            throw CapacityError.unknown(kind: "engine of \(name)", name: word, known: calibrations.map(\.title))
        }
        var other = self
        other.calibrations.swapAt(0, index)
        other.efficiencies = other.calibrations[0].efficiencies
        other.efficienciesOf = other.calibrations[0].measuredOn
        return other
    }
}

extension GPU {
    /// Whether the other one is the same chip with another memory: as many processors that compute as fast.
    private func isSameChip(as other: GPU) -> Bool {
        processors != nil && processors == other.processors && bf16FLOPS == other.bf16FLOPS
    }

    /// The same GPU with the fits of engines that were measured on others of the same chip, behind its own: times of these
    /// are `nearest`.
    func borrowing(from others: [GPU]) -> GPU {
        var gpu = self
        for other in others where other.name != name && isSameChip(as: other) {
            gpu.calibrations += other.calibrations.filter { fit in
                !gpu.calibrations.contains { $0.title == fit.title }
            }.map { $0.measured(on: other.name) }
        }
        return gpu
    }

    /// The same GPU with a fit of its own before the others, in place of one of the same engine.
    public func calibrated(_ calibration: Calibration) -> GPU {
        var other = self
        let kept = efficienciesOf == nil ? calibrations.filter { $0.engine != calibration.engine } : []
        other.calibrations = [calibration] + kept
        other.efficiencies = calibration.efficiencies
        other.efficienciesOf = nil
        return other
    }
}
