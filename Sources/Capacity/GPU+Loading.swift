import Files
import Foundation

extension GPU {
    static let folder = DataFolder(name: "gpus")

    /// The GPU that a command line means: a name or alias, loose in case, `-` and `_`, or the path of a JSON file.
    /// - Throws: `CapacityError.unknown` naming those that exist; `FileError`, `CapacityError.field` for a file.
    public static func named(_ word: String) throws -> GPU { try named([word])[0] }

    /// The same for several words, in order.
    public static func named(_ words: [String]) throws -> [GPU] {
        let all = try all()
        return try words.map { word in
            if DataFolder.isPath(word) { return try GPU(file: word, among: all) }
            guard let found = all.first(where: { $0.isNamed(word) }) else {
                throw CapacityError.unknown(kind: "GPU", name: word, known: all.map(\.name))
            }
            return found
        }
    }

    /// All GPUs that come with Headroom, by name.
    public static func all() throws -> [GPU] {
        let files = try folder.paths().map { (path: $0, file: try DataFolder.decode(GPUFile.self, path: $0)) }
        let measured = try files.filter { $0.file.isMeasured }.map { try $0.file.gpu($0.path, measured: []) }
        let borrowing = measured.map { $0.borrowing(from: measured) }
        return try files.map { entry in
            let gpu = try entry.file.gpu(entry.path, measured: borrowing)
            return borrowing.first { $0.name == gpu.name } ?? gpu
        }
    }

    /// All GPUs that have times of the engine that `word` names, with those.
    /// - Throws: `CapacityError.unknown` naming the engines that there are.
    public static func all(running word: String) throws -> [GPU] {
        let all = try Self.all()
        let found = all.compactMap { try? $0.running(word) }
        guard !found.isEmpty else {
            let known = Set(all.flatMap(\.calibrations).map(\.title)).sorted()
            throw CapacityError.unknown(kind: "engine of any GPU", name: word, known: known)
        }
        return found
    }

    /// Whether `word` is its name or an alias, loose in case, `-` and `_`.
    func isNamed(_ word: String) -> Bool {
        ([name] + aliases).map(DataFolder.key).contains(DataFolder.key(word))
    }

    /// A GPU out of a JSON file of the same form as Headroom's own. Where it has neither `calibrations` nor
    /// `efficiencies` nor `efficiencies_of`, it takes those of the measured GPU whose bandwidth and arithmetic are
    /// nearest. The first of `calibrations` comes before `efficiencies`.
    /// - Throws: `FileError`, or `CapacityError.field` naming the field.
    public init(file path: String) throws { try self.init(file: path, among: Self.all()) }

    private init(file path: String, among all: [GPU]) throws {
        let measured = all.filter { $0.efficienciesOf == nil }
        self = try DataFolder.decode(GPUFile.self, path: path).gpu(path, measured: measured)
    }
}

/// The fields of a GPU's file.
private struct GPUFile: Decodable {
    var name: String?
    var aliases: [String]?
    var memory_bytes: Int
    var usable_bytes: Int?
    var bandwidth_bytes_per_second: Double
    var bf16_flops: Double
    var fp8_flops: Double?
    var interconnect_reach: InterconnectReach?
    var interconnect_bytes_per_second: Double?
    var processors: Int?
    var efficiencies: Efficiencies?
    var calibrations: [Calibration]?
    var efficiencies_of: String?
    var sources: [Provenance]?

    /// Whether it has efficiencies of its own.
    var isMeasured: Bool { efficiencies != nil || !(calibrations ?? []).isEmpty }

    func gpu(_ path: String, measured: [GPU]) throws -> GPU {
        try check(path)
        let other = isMeasured ? nil : try donor(path, among: measured)
        let fits = calibrations ?? other.map { gpu in gpu.calibrations.map { $0.measured(on: gpu.name) } } ?? []
        guard let numbers = fits.first?.efficiencies ?? efficiencies ?? other?.efficiencies else {
            throw CapacityError.field(path: path, name: "efficiencies", expected: "an object", found: "nothing")
        }
        var gpu = GPU(
            name: name ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent, aliases: aliases ?? [],
            memoryBytes: memory_bytes, bandwidthBytesPerSecond: bandwidth_bytes_per_second, bf16FLOPS: bf16_flops,
            interconnectBytesPerSecond: interconnect_bytes_per_second, processors: processors, efficiencies: numbers,
            calibrations: fits, efficienciesOf: fits.first?.measuredOn ?? other?.name, sources: sources ?? [])
        (gpu.usableBytes, gpu.fp8FLOPS, gpu.interconnectReach) = (usable_bytes, fp8_flops, interconnect_reach)
        return gpu
    }

    /// The GPU whose efficiencies serve: the one named, or the nearest, by the logarithms of both peaks.
    private func donor(_ path: String, among measured: [GPU]) throws -> GPU? {
        guard let wanted = efficiencies_of else { return measured.min { distance(to: $0) < distance(to: $1) } }
        guard let found = measured.first(where: { DataFolder.key($0.name) == DataFolder.key(wanted) }) else {
            let names = measured.map(\.name).joined(separator: ", ")
            throw CapacityError.field(
                path: path, name: "efficiencies_of", expected: "one of \(names)", found: "'\(wanted)'")
        }
        return found
    }

    private func distance(to other: GPU) -> Double {
        let bandwidth = log(bandwidth_bytes_per_second / other.bandwidthBytesPerSecond)
        let compute = log(bf16_flops / other.bf16FLOPS)
        return bandwidth * bandwidth + compute * compute
    }

    /// Names and sizes of memory that could not be meant.
    private func checkMemory(_ path: String) throws {
        if let name, name.allSatisfy(\.isWhitespace) {
            throw CapacityError.field(
                path: path, name: "name", expected: "a name, or no such field", found: "'\(name)'")
        }
        guard PlanRequest.memorySizes.contains(memory_bytes) else {
            throw CapacityError.field(
                path: path, name: "memory_bytes", expected: "1 MiB to 1 PiB in bytes", found: "\(memory_bytes)")
        }
        guard (PlanRequest.memorySizes.lowerBound...memory_bytes).contains(usable_bytes ?? memory_bytes) else {
            throw CapacityError.field(
                path: path, name: "usable_bytes", expected: "1 MiB to the \(memory_bytes) of memory_bytes",
                found: "\(usable_bytes ?? 0)")
        }
    }

    private func check(_ path: String) throws {
        try checkMemory(path)
        var positive: [(name: String, value: Double)] = [
            ("bandwidth_bytes_per_second", bandwidth_bytes_per_second), ("bf16_flops", bf16_flops),
        ]
        if let fp8_flops { positive.append(("fp8_flops", fp8_flops)) }
        if let rate = interconnect_reach?.busBytesPerSecond {
            positive.append(("interconnect_reach.bus_bytes_per_second", rate))
        }
        if let rate = interconnect_bytes_per_second { positive.append(("interconnect_bytes_per_second", rate)) }
        for field in positive where !(1..<1e18).contains(field.value) {
            throw CapacityError.field(
                path: path, name: field.name, expected: "a positive number, 1 or more and below 10^18",
                found: "\(field.value)")
        }
        if let processors, !(1...100_000).contains(processors) {
            throw CapacityError.field(
                path: path, name: "processors", expected: "1 to 100000", found: "\(processors)")
        }
        for (name, count) in [("peers", interconnect_reach?.peers), ("most_gpus", interconnect_reach?.mostGPUs)] {
            guard let count, !(1...100_000).contains(count) else { continue }
            throw CapacityError.field(
                path: path, name: "interconnect_reach.\(name)", expected: "1 to 100000", found: "\(count)")
        }
        if let efficiencies { try Self.check(efficiencies, "efficiencies", path) }
        for (index, calibration) in (calibrations ?? []).enumerated() {
            try Self.check(calibration.efficiencies, "calibrations.\(index).efficiencies", path)
            try calibration.check("calibrations.\(index)", path)
        }
    }

    private static func check(_ efficiencies: Efficiencies, _ name: String, _ path: String) throws {
        func fault(_ field: String, _ expected: String, _ found: Any) -> CapacityError {
            .field(path: path, name: "\(name).\(field)", expected: expected, found: "\(found)")
        }
        for share in efficiencies.shares where !(1e-12...1).contains(share.value) {
            throw fault(share.name, "a share above 0 (from 10^-12 on), at most 1", share.value)
        }
        for part in efficiencies.parts where !(part.value >= 0 && part.value <= 1) {
            throw fault(part.name, "a share from 0 to 1", part.value)
        }
        for time in efficiencies.times where !(time.value >= 0 && time.value < 1) {
            throw fault(time.name, "seconds from 0 to 1", time.value)
        }
        for count in efficiencies.counts where !(0...1_000_000).contains(count.value) {
            throw fault(count.name, "0 to 1000000", count.value)
        }
    }
}

extension Calibration {
    /// - Throws: `CapacityError.field` for an error or a range that is none.
    fileprivate func check(_ name: String, _ path: String) throws {
        func check(_ field: String, _ values: [Double], most: Double, _ expected: String) throws {
            guard values.allSatisfy((0...most).contains), values == values.sorted() else {
                let found = values.map { "\($0)" }.joined(separator: " and ")
                throw CapacityError.field(path: path, name: "\(name).\(field)", expected: expected, found: found)
            }
        }
        let share = "an error from 0 to 10^6"
        try check("transfer_error", [transferError ?? 0], most: 1e6, share)
        for (index, fit) in fits.enumerated() {
            for (key, errors) in fit.errors.sorted(by: { $0.key < $1.key }) {
                for value in [errors.fit, errors.heldOut ?? 0] {
                    try check("fits.\(index).errors.\(key)", [value], most: 1e6, share)
                }
            }
            for (key, span) in fit.ranges.sorted(by: { $0.key < $1.key }) {
                try check(
                    "fits.\(index).ranges.\(key)", [span.least, span.most], most: 1e15,
                    "least and most, from 0 to 10^15")
            }
        }
    }
}
