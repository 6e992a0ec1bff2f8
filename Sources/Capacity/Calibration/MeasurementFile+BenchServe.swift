import Files
import Foundation

extension MeasurementFile {
    /// What `vllm bench serve --save-result` writes: a closed loop of `max_concurrency` requests, whose mean time per
    /// output token is read; its `backend` names the protocol that was spoken, not the engine. Without
    /// `max_concurrency` all requests came at once, or at a finite `request_rate`, so many at once as Little's law says.
    /// - Throws: `FileError`, `CapacityError.field`.
    static func benchServe(_ path: String, gpus: Int, models: MeasuredModels) throws -> [Measurement] {
        let result = try DataFolder.decode(BenchServeResult.self, path: path)
        func fault(_ name: String, _ expected: String, _ found: Any) -> CapacityError {
            .field(path: path, name: name, expected: expected, found: "\(found)")
        }
        guard let model = models[result.model_id] else {
            throw fault("model_id", models.expected, "'\(result.model_id)'")
        }
        guard result.completed > 0 else { throw fault("completed", "requests, 1 or more", result.completed) }
        guard (1e-9...1e6).contains(result.mean_tpot_ms) else {
            throw fault("mean_tpot_ms", "10^-9 to 10^6 milliseconds", result.mean_tpot_ms)
        }
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
        let promptTokens = try mean("total_input_tokens", result.total_input_tokens)
        let newTokens = try mean("total_output_tokens", result.total_output_tokens)
        let atRate = try result.openLoop(newTokens: newTokens, fault: fault)
        let batch = min(atRate ?? result.max_concurrency ?? result.completed, result.completed)
        guard (1...1 << 16).contains(batch) else {
            throw fault(atRate == nil ? "max_concurrency" : "request_rate", "1 to 65536 requests at once", batch)
        }
        var served = ServedBatch(
            model: model, gpus: gpus, batch: batch, promptTokens: promptTokens, newTokens: newTokens)
        served.arrival = .closedLoop
        served.leastBits = 8
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
    var request_rate: RequestRate?
    var max_concurrency: Int?
    var duration: Double?
    var completed: Int
    var total_input_tokens: Int
    var total_output_tokens: Int
    var mean_ttft_ms: Double?
    var mean_tpot_ms: Double

    /// Requests at once, in the mean, of a run whose requests came at a finite rate whatever was in flight: requests
    /// finished a second times the seconds of one (Little's law). Nil where all came at once, or as others ended.
    /// - Throws: `fault` of a field that this needs.
    func openLoop(newTokens: Int, fault: (String, String, Any) -> CapacityError) throws -> Int? {
        guard max_concurrency == nil, let rate = request_rate?.perSecond, rate.isFinite else { return nil }
        let need = "with a finite request_rate and no max_concurrency"
        guard let duration, (1e-6...1e9).contains(duration) else {
            throw fault("duration", "10^-6 to 10^9 seconds, \(need)", self.duration.map { "\($0)" } ?? "nothing")
        }
        guard let first = mean_ttft_ms, (0...1e9).contains(first) else {
            throw fault(
                "mean_ttft_ms", "0 to 10^9 milliseconds, \(need)", mean_ttft_ms.map { "\($0)" } ?? "nothing")
        }
        let seconds = (first + mean_tpot_ms * Double(newTokens - 1)) * 1e-3
        let atOnce = Double(completed) / duration * seconds
        // Far beyond what is taken, so that a number too large for an integer is refused as one that is just too large.
        return Int(min(max(1, atOnce.rounded()), 1e9))
    }
}

/// Requests a second: a number, or `inf` where all come at once.
private struct RequestRate: Decodable {
    var perSecond: Double

    init(from decoder: any Decoder) throws {
        let field = try decoder.singleValueContainer()
        if let word = try? field.decode(String.self) {
            guard word == "inf" else {
                throw DecodingError.dataCorruptedError(in: field, debugDescription: "expected a number or inf")
            }
            perSecond = .infinity
        } else {
            perSecond = try field.decode(Double.self)
        }
    }
}
