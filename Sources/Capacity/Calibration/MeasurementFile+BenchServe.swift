import Files
import Foundation

extension MeasurementFile {
    /// What `vllm bench serve --save-result` writes: a closed loop of `max_concurrency` requests, whose mean time per
    /// output token is read; its `backend` names the protocol that was spoken, not the engine. Without
    /// `max_concurrency` all requests came at once.
    /// - Throws: `FileError`, `CapacityError.field`.
    static func benchServe(_ path: String, gpus: Int) throws -> [Measurement] {
        let result = try DataFolder.decode(BenchServeResult.self, path: path)
        func fault(_ name: String, _ expected: String, _ found: Any) -> CapacityError {
            .field(path: path, name: name, expected: expected, found: "\(found)")
        }
        let models = try MeasuredModels()
        guard let model = models[result.model_id] else {
            throw fault("model_id", models.expected, "'\(result.model_id)'")
        }
        guard result.completed > 0 else { throw fault("completed", "requests, 1 or more", result.completed) }
        guard (1e-9...1e6).contains(result.mean_tpot_ms) else {
            throw fault("mean_tpot_ms", "10^-9 to 10^6 milliseconds", result.mean_tpot_ms)
        }
        let batch = min(result.max_concurrency ?? result.completed, result.completed)
        guard (1...1 << 16).contains(batch) else { throw fault("max_concurrency", "1 to 65536", batch) }
        guard gpus <= model.configuration.heads else {
            throw CapacityError.request(
                "\(path): \(model.name) has \(model.configuration.heads) heads; expected at most as many GPUs, found \(gpus)"
            )
        }
        func mean(_ name: String, _ total: Int) throws -> Int {
            guard total >= result.completed, total / result.completed <= 1 << 24 else {
                throw fault(name, "1 to \(1 << 24) tokens for each of the \(result.completed) requests", total)
            }
            return total / result.completed
        }
        var served = ServedBatch(
            model: model, gpus: gpus, batch: batch,
            promptTokens: try mean("total_input_tokens", result.total_input_tokens),
            newTokens: try mean("total_output_tokens", result.total_output_tokens))
        served.arrival = .closedLoop
        return [
            Measurement(
                path: path, line: 1, quantity: .tokenTime,
                subject: .served(served), seconds: result.mean_tpot_ms * 1e-3)
        ]
    }
}

/// The fields of a result that are read.
private struct BenchServeResult: Decodable {
    var model_id: String
    var max_concurrency: Int?
    var completed: Int
    var total_input_tokens: Int
    var total_output_tokens: Int
    var mean_tpot_ms: Double
}
