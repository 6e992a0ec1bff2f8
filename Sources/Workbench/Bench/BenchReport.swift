import Descriptions
import Reports

/// What `bench` prints.
public struct BenchReport {
    private let record: BenchRecord
    private let earlier: BenchRecord?
    private let earlierPath: String

    /// The report on `record`, beside what is in the file at `earlierPath` if one is given.
    /// - Throws: as `BenchRecord.init(path:)`.
    public init(_ record: BenchRecord, against earlierPath: String? = nil) throws {
        self.record = record
        self.earlierPath = earlierPath ?? ""
        earlier = try earlierPath.map { try BenchRecord(path: $0) }
    }

    /// As JSON: `against` holds, for every name that both have, its rate over the earlier one.
    public func json() throws -> String {
        struct Compared: Encodable {
            let record: BenchRecord
            let against: [String: Double]?

            func encode(to encoder: any Encoder) throws {
                try record.encode(to: encoder)
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encodeIfPresent(against, forKey: .against)
            }

            enum CodingKeys: String, CodingKey { case against }
        }
        let ratios = earlier.map { _ in
            Dictionary(
                uniqueKeysWithValues: record.results.compactMap { result in ratio(result).map { (result.name, $0) } })
        }
        return try JSONText.text(Compared(record: record, against: ratios))
    }

    /// For people.
    public func text() -> String {
        let limits = record.limits
        var lines = [
            "headroom \(Release.version) bench: \(limits.processor), \(limits.threads) threads, \(record.kernels)",
            "memory   read at \(fixed(limits.readBytesPerSecond / 1e9, 1)) GB/s",
            "float32  products at \(fixed(limits.float32FLOPS / 1e9, 0)) GFLOPS (OpenBLAS)",
        ]
        if let bfloat16 = limits.bfloat16FLOPS {
            lines.append("bfloat16 products at \(fixed(bfloat16 / 1e9, 0)) GFLOPS (oneDNN)")
        } else {
            lines.append("bfloat16 products not measured: oneDNN (libdnnl2) is not installed")
        }
        if let earlier {
            let ratio = limits.readBytesPerSecond / earlier.limits.readBytesPerSecond
            lines.append("against  \(earlierPath): \(earlier.kernels), memory x\(fixed(ratio, 2))")
        }
        return lines.joined(separator: "\n") + "\n\n" + table.text() + skippedLines
    }

    private var table: TextTable {
        var table = TextTable(
            ["measured", "a second", "of", "share of limit", "limit"] + (earlier == nil ? [] : ["against"]))
        for result in record.results {
            table.add(
                [
                    result.name, Self.number(result.rate), result.unit,
                    result.share.map { "\(fixed(100 * $0, $0 < 0.095 ? 1 : 0)) %" } ?? "—",
                    result.limit?.rawValue ?? "",
                ] + (earlier == nil ? [] : [ratio(result).map { "\(fixed($0, 2))" } ?? "—"]))
        }
        return table
    }

    private var skippedLines: String {
        record.skipped.sorted { $0.key < $1.key }.map { "\nnot measured: \($0.key): \($0.value)" }.joined()
    }

    /// The rate over that of the same name in the earlier record.
    private func ratio(_ result: BenchResult) -> Double? {
        guard let before = earlier?.results.first(where: { $0.name == result.name }) else { return nil }
        return result.rate / before.rate
    }

    private static func number(_ rate: Double) -> String {
        if rate >= 1e6 { return "\(fixed(rate / 1e6, rate < 1e7 ? 2 : 0))e6" }
        return fixed(rate, rate < 10 ? 2 : rate < 100 ? 1 : 0)
    }
}
