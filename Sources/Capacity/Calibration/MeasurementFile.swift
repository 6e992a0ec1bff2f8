import Files
import Foundation

/// A file of measurements: one of the CSV forms that `measurements/README.md` describes, told apart by their columns, or
/// the JSON that `vllm bench serve --save-result` writes.
public struct MeasurementFile: Sendable {
    /// The path.
    public let path: String
    /// What kind of rows it has, in words.
    public let kind: String
    /// The measurements, in order; a row of an engine may give several.
    public let measurements: [Measurement]

    /// Reads a file.
    /// - Parameters:
    ///   - gpus: GPUs that share every layer, for files that do not say.
    ///   - models: models beside Headroom's own that rows may name.
    /// - Throws: `FileError` with line and column; `CapacityError` for a model that is not known.
    public init(path: String, gpus: Int = 1, models: [PlannedModel] = []) throws {
        self.path = path
        let models = try MeasuredModels(own: models)
        if path.hasSuffix(".json") {
            kind = "vllm bench serve"
            measurements = try Self.benchServe(path, gpus: gpus, models: models)
            return
        }
        let table = try CSVTable(path: path)
        guard let reader = Self.readers.first(where: { $0.columns.allSatisfy(table.has) }) else {
            let forms = Self.readers.map { $0.columns.joined(separator: ",") }.joined(separator: " or ")
            throw FileError.malformedLine(
                path: path, line: 1, expected: "the columns \(forms)", found: table.columns.joined(separator: ","))
        }
        kind = reader.kind
        let setup = try EngineSetup(besides: path)
        measurements = try reader.read(table, models).map { $0.served(by: setup) }
        guard !measurements.isEmpty else {
            throw FileError.unsuitable(path: path, expected: "rows of measurements", found: "none")
        }
    }

    /// The files that come with Headroom: path by name.
    /// - Throws: `FileError` where the folder is not to be found.
    package static func shipped() throws -> [String: String] {
        let folder = try ResourceLocator.path("measurements", module: "Capacity")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return Dictionary(uniqueKeysWithValues: names.map { ($0, "\(folder)/\($0)") })
    }

    private struct Reader: Sendable {
        var kind: String
        var columns: [String]
        var read: @Sendable (CSVTable, MeasuredModels) throws -> [Measurement]
    }

    private static let readers = [
        Reader(kind: "products", columns: ["m", "n", "k", "latency_ms"], read: products),
        Reader(
            kind: "decode attention",
            columns: ["batch_size", "context", "num_heads", "num_key_value_heads", "head_dim", "latency_ms"],
            read: attention),
        Reader(
            kind: "uneven decode attention",
            columns: ["n", "nb", "kvs", "kv_big", "t_mean_us", "t_max_us", "t_skew_us"], read: uneven),
        Reader(
            kind: "engine, sequences together",
            columns: [
                "model", "batch", "tensor_parallel", "prompt_tokens", "output_tokens",
                "throughput_output_tokens_per_second", "first_token_mean_s", "first_token_max_s", "token_p50_s",
            ], read: together),
        Reader(
            kind: "engine, whole batches",
            columns: ["gpu", "gpus", "engine", "model", "input_and_output_tokens_each", "batch", "latency_s"],
            read: batches),
        Reader(
            kind: "engine, closed loop",
            columns: [
                "model_path", "system", "backend", "backend_version", "precision", "isl", "osl", "batch_size",
                "tp_size", "silicon_tpot_ms",
            ], read: closedLoop),
    ]
}

extension Measurement {
    /// The same of an engine that was set up so.
    fileprivate func served(by setup: EngineSetup) -> Measurement {
        guard case .served(var batch) = subject else { return self }
        batch.setup = setup
        var other = self
        other.subject = .served(batch)
        return other
    }
}

extension CSVColumn {
    /// A whole number from 1 to `most`; some write it `8.0`.
    /// - Throws: `FileError.malformedField`.
    func count(_ row: CSVTable.Row, most: Int = 1 << 24) throws -> Int {
        guard let value = Double(text(row)), value >= 1, value <= Double(most), value == value.rounded() else {
            throw malformed(row, expected: "a whole number from 1 to \(most)")
        }
        return Int(value)
    }

    /// GPUs that share every layer of a model: no more than it has heads.
    /// - Throws: `FileError.malformedField`.
    func gpus(_ row: CSVTable.Row, sharing model: PlannedModel) throws -> Int {
        let (count, heads) = (try count(row), model.configuration.heads)
        guard count <= heads else {
            throw malformed(row, expected: "at most the \(heads) heads of \(model.name)")
        }
        return count
    }

    /// A time above 0, in seconds, of a field in other units.
    /// - Throws: `FileError.malformedField`.
    func seconds(_ row: CSVTable.Row, unit: Double = 1) throws -> Double {
        let value = try number(row) * unit
        guard value > 0 else { throw malformed(row, expected: "a time above 0") }
        guard (1e-12...1e9).contains(value) else { throw malformed(row, expected: "a time of 10^-12 to 10^9 seconds") }
        return value
    }
}
