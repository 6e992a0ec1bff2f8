import Files
import Foundation

extension MeasurementFile {
    /// Sequences that come together (LMDeploy's table). A row gives the median time between tokens, rounded to
    /// milliseconds; for long generations the mean step, from throughput: what is left of the whole time after the
    /// mean first token, over the other tokens; for one sequence and a prompt of 128 tokens or more the first token.
    @Sendable static func together(_ table: CSVTable, _ models: MeasuredModels) throws -> [Measurement] {
        let model = try table.column("model")
        let batch = try table.column("batch")
        let gpus = try table.column("tensor_parallel")
        let prompt = try table.column("prompt_tokens")
        let new = try table.column("output_tokens")
        let rate = try table.column("throughput_output_tokens_per_second")
        let first = try table.column("first_token_mean_s")
        let firstMost = try table.column("first_token_max_s")
        let median = try table.column("token_p50_s")
        return try table.rows.flatMap { row in
            let shape = try models.named(model, row)
            var served = ServedBatch(
                model: shape, gpus: try gpus.gpus(row, sharing: shape), batch: try batch.count(row),
                promptTokens: try prompt.count(row), newTokens: try new.count(row))
            let tokensPerSecond = try rate.seconds(row)
            let firstSeconds = try first.seconds(row)
            served.report = ServedReport(
                tokensPerSecond: tokensPerSecond, firstTokenMean: firstSeconds,
                firstTokenMost: try firstMost.seconds(row))
            func measurement(_ quantity: MeasuredQuantity, _ seconds: Double) -> Measurement {
                Measurement(
                    path: table.path, line: row.line, engine: "LMDeploy", quantity: quantity,
                    subject: .served(served), seconds: seconds)
            }
            var found = [measurement(.medianStep, try median.seconds(row))]
            if served.newTokens >= 1024 {
                let whole = Double(served.batch * served.newTokens) / tokensPerSecond
                guard whole > firstSeconds else {
                    throw rate.malformed(row, expected: "a rate that leaves time after the first token")
                }
                found.append(measurement(.decodeStep, (whole - firstSeconds) / Double(served.newTokens - 1)))
            }
            if served.batch == 1, served.promptTokens >= 128 { found.append(measurement(.firstToken, firstSeconds)) }
            return found
        }
    }

    /// Whole batches (LLM-Inference-Bench): equal numbers of tokens in and out, and the latency of all.
    @Sendable static func batches(_ table: CSVTable, _ models: MeasuredModels) throws -> [Measurement] {
        let gpu = try table.column("gpu")
        let gpus = try table.column("gpus")
        let engine = try table.column("engine")
        let model = try table.column("model")
        let tokens = try table.column("input_and_output_tokens_each")
        let batch = try table.column("batch")
        let time = try table.column("latency_s")
        return try table.rows.map { row in
            let length = try tokens.count(row)
            let shape = try models.named(model, row)
            let served = ServedBatch(
                model: shape, gpus: try gpus.gpus(row, sharing: shape), batch: try batch.count(row),
                promptTokens: length, newTokens: length)
            return Measurement(
                path: table.path, line: row.line, gpu: gpu.text(row), engine: engine.text(row),
                quantity: .batchLatency, subject: .served(served), seconds: try time.seconds(row))
        }
    }

    /// Closed loops (aiconfigurator): time per output token. Its time to first token counts the queue and is not read.
    @Sendable static func closedLoop(_ table: CSVTable, _ models: MeasuredModels) throws -> [Measurement] {
        let model = try table.column("model_path")
        let gpu = try table.column("system")
        let engine = try table.column("backend")
        let version = try table.column("backend_version")
        let precision = try table.column("precision")
        let prompt = try table.column("isl")
        let new = try table.column("osl")
        let batch = try table.column("batch_size")
        let gpus = try table.column("tp_size")
        let time = try table.column("silicon_tpot_ms")
        return try table.rows.map { row in
            let shape = try models.named(model, row)
            var served = ServedBatch(
                model: shape, gpus: try gpus.gpus(row, sharing: shape), batch: try batch.count(row),
                promptTokens: try prompt.count(row), newTokens: try new.count(row))
            let width = precision.text(row).lowercased()
            served.weightBits = width.hasPrefix("fp8") ? 8 : 16
            served.leastBits = width.isEmpty || width.hasPrefix("fp8") ? 8 : 16
            served.arrival = .closedLoop
            return Measurement(
                path: table.path, line: row.line, gpu: gpu.text(row), engine: engine.text(row),
                engineVersion: version.text(row), quantity: .tokenTime, subject: .served(served),
                seconds: try time.seconds(row, unit: 1e-3))
        }
    }
}
