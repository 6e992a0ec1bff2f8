import Descriptions
import Reports

/// What `bench` prints.
public struct BenchReport {
    private let record: BenchRecord
    private let earlier: EarlierBench?
    private let earlierPath: String

    /// The report on `record`, beside what is in the file at `earlierPath` if one is given.
    /// - Throws: as `EarlierBench.init(path:)`.
    public init(_ record: BenchRecord, against earlierPath: String? = nil) throws {
        self.record = record
        self.earlierPath = earlierPath ?? ""
        earlier = try earlierPath.map { try EarlierBench(path: $0) }
    }

    /// As JSON: `against` holds, for every name that both have, its rate over the earlier one, `against_limits` the
    /// machine's limits over the earlier ones, and `not_against` the names of rows that meant something else then.
    public func json() throws -> String {
        struct Compared: Encodable {
            let record: BenchRecord
            let against: [String: Double]?
            let limits: [String: Double]?
            let others: [String]?

            func encode(to encoder: any Encoder) throws {
                try record.encode(to: encoder)
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encodeIfPresent(against, forKey: .against)
                try container.encodeIfPresent(limits, forKey: .limits)
                try container.encodeIfPresent(others, forKey: .others)
            }

            enum CodingKeys: String, CodingKey {
                case against
                case limits = "against_limits"
                case others = "not_against"
            }
        }
        let ratios = earlier.map { _ in
            Dictionary(
                uniqueKeysWithValues: record.results.compactMap { result in ratio(result).map { (result.name, $0) } })
        }
        let limits = earlier.map { _ in Dictionary(uniqueKeysWithValues: limitRatios.map { ($0.key, $0.ratio) }) }
        return try JSONText.text(
            Compared(record: record, against: ratios, limits: limits, others: earlier.map { _ in others }))
    }

    /// For people.
    public func text() -> String {
        [heading, table.text(), besideTable, notes, goals].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var heading: String {
        let (limits, load) = (record.limits, record.load)
        func rate(_ value: Double?, _ decimals: Int = 0) -> String { value.map { fixed($0 / 1e9, decimals) } ?? "—" }
        func library(_ value: Double?, _ name: String, _ refusal: String? = nil) -> String {
            "\(rate(value)) GFLOPS (\(name)\(value == nil ? ", " + (refusal ?? "is not installed") : ""))"
        }
        var memory = "memory   read at \(rate(limits.readBytesPerSecond, 1)) GB/s"
        if let bytes = limits.cacheBytes {
            let size = fixed(Double(bytes) / 0x1p20, 0)
            memory += "; the cache of \(size) MiB at \(rate(limits.cacheReadBytesPerSecond, 1)) GB/s"
        }
        var lines = [
            "headroom \(Release.version) bench: \(limits.processor), \(limits.threads) threads, \(record.kernels)",
            "load     \(fixed(load.average, 2)) at the start; others took \(fixed(load.meanwhile, 2)) cores meanwhile, "
                + "the hypervisor \(fixed(load.stolen, 2))",
            memory,
            "float32  products at \(library(limits.float32FLOPS, "OpenBLAS, libopenblas0", record.openBLASRefusal)), "
                + "\(rate(limits.ownFloat32FLOPS)) GFLOPS (our own)",
            "bfloat16 products at \(library(limits.bfloat16FLOPS, "oneDNN, libdnnl2")), "
                + "\(rate(limits.ownBfloat16FLOPS)) GFLOPS (our own)",
        ]
        if let earlier { lines += against(earlier) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// How the machine does beside what it was in the earlier run.
    private func against(_ earlier: EarlierBench) -> [String] {
        let ratios = limitRatios.map { "\($0.words) x\(fixed($0.ratio, 2))" }
        var lines = ["against  \(earlierPath): \(ratios.joined(separator: ", "))"]
        let machine = [
            ("processor", earlier.limits.processor, record.limits.processor),
            ("threads", "\(earlier.limits.threads)", "\(record.limits.threads)"),
            ("kernels", earlier.kernels, record.kernels),
        ].filter { $0.1 != $0.2 }
        if !machine.isEmpty {
            lines.append("another  " + machine.map { "\($0.0): \($0.1) then, \($0.2) now" }.joined(separator: "; "))
        }
        if earlier.isOlder {
            lines.append(
                "another  way to measure: the median of all runs then, half a second of a model's row in a round; now that "
                    + "of the rounds' medians, 0.3 seconds")
        }
        if !others.isEmpty {
            lines.append("another  \(others.joined(separator: ", ")): measured otherwise then, and without a ratio")
        }
        return lines
    }

    /// Names of rows that were measured, and meant something else in the earlier run.
    private var others: [String] {
        earlier?.others.filter { name in record.results.contains { $0.name == name } } ?? []
    }

    /// Each limit over the earlier one, where both were measured, in the heading's order: what JSON calls it, and the
    /// heading's words.
    private var limitRatios: [(key: String, words: String, ratio: Double)] {
        guard let earlier else { return [] }
        let limits: [(key: String, words: String, value: (MachineLimits) -> Double?)] = [
            ("memory", "memory", { $0.readBytesPerSecond }), ("cache", "the cache", { $0.cacheReadBytesPerSecond }),
            ("float32", "float32 products (OpenBLAS)", { $0.float32FLOPS }),
            ("own float32", "float32 products (our own)", { $0.ownFloat32FLOPS }),
            ("bfloat16", "bfloat16 products (oneDNN)", { $0.bfloat16FLOPS }),
            ("own bfloat16", "bfloat16 products (our own)", { $0.ownBfloat16FLOPS }),
        ]
        return limits.compactMap { key, words, value in
            guard let now = value(record.limits), let then = value(earlier.limits) else { return nil }
            return (key, words, now / then)
        }
    }

    private var table: TextTable {
        var table = TextTable(
            ["measured", "median", "unit", "a run takes", "runs", "spread", "of the limit", "of it then", "limit"]
                + (earlier == nil ? [] : ["against"]))
        for result in record.results {
            table.add(
                [
                    result.name, Self.number(result.rate), result.unit, result.seconds.map(Self.duration) ?? "—",
                    "\(result.rates.count)",
                    result.spread.map(Self.percent) ?? "—", result.share.map(Self.percent) ?? "—",
                    result.shareThen.map(Self.percent) ?? "—", result.limit?.rawValue ?? "",
                ] + (earlier == nil ? [] : [ratio(result).map { "\(fixed($0, 2))" } ?? "—"]))
        }
        return table
    }

    /// What another program reached in turn, a row for each that was asked of it.
    private var besideTable: String {
        guard let program = record.program else { return "" }
        var table = TextTable([
            "in turn", "headroom", program, "ratio", "spread", "headroom of the limit then", "the other's", "goal",
        ])
        for result in record.results {
            guard let beside = result.beside else { continue }
            let goal = beside.goal.map { "≥ \(fixed($0, 2)) \(beside.holds == true ? "holds" : "misses")" }
            table.add([
                result.name, "\(Self.number(result.rate))", Self.number(beside.rate), fixed(beside.ratio, 2),
                beside.spread.map { fixed($0, 2) } ?? "—", result.shareThen.map(Self.percent) ?? "—",
                beside.shareThen.map(Self.percent) ?? "—", goal ?? "",
            ])
        }
        return table.text()
    }

    /// What a reader should know of the table.
    private var notes: String {
        var lines = record.skipped.sorted { $0.key < $1.key }.map { "not measured: \($0.key): \($0.value)" }
        let ratios = record.results.compactMap(\.compressionRatio)
        if let least = ratios.min(), let most = ratios.max() {
            lines.append("DMC caches came to \(fixed(least, 2)) to \(fixed(most, 2)) tokens a slot")
        }
        let shares = record.results.filter { $0.limit != .without }.flatMap {
            [$0.share, $0.shareThen, $0.beside?.shareThen]
        }
        if shares.contains(where: { ($0 ?? 0) > 1.005 }) {
            lines.append(
                "over 100 %: while that ran the machine was faster than when its limits were measured, before and after"
            )
        }
        if let reason = record.stopped { lines.append("not complete: \(reason)") }
        if let warning = record.load.warningAfter { lines.append("warning: \(warning)") }
        return lines.map { $0 + "\n" }.joined()
    }

    private var goals: String {
        guard !record.goals.isEmpty else { return "" }
        var table = TextTable(["goal", "asked", "measured", "its rounds", "of the best reading", ""], words: 1)
        for outcome in record.goals {
            table.add([
                outcome.goal, outcome.asked, outcome.measured, outcome.range,
                outcome.ofBest.map { Self.percent($0) } ?? "—", outcome.holds ? "holds" : "misses",
            ])
        }
        guard record.kernels != record.machineKernels else { return table.text() }
        return table.text()
            + "HEADROOM_KERNELS chose \(record.kernels); the goals are of this machine's own, \(record.machineKernels)\n"
    }

    /// The rate over that of the same name in the earlier record.
    private func ratio(_ result: BenchResult) -> Double? { earlier?.rate(result.name).map { result.rate / $0 } }

    private static func duration(_ seconds: Double) -> String {
        seconds < 0.9995 ? "\(fixed(1000 * seconds, seconds < 0.01 ? 2 : 0)) ms" : "\(fixed(seconds, 2)) s"
    }

    private static func percent(_ share: Double) -> String { "\(fixed(100 * share, share < 0.095 ? 1 : 0)) %" }

    private static func number(_ rate: Double) -> String {
        if rate >= 1e6 { return "\(fixed(rate / 1e6, rate < 1e7 ? 2 : 0))e6" }
        return fixed(rate, rate < 10 ? 2 : rate < 100 ? 1 : 0)
    }
}
