import Files

extension MeasurementFile {
    /// Products: m, n, k and milliseconds.
    @Sendable static func products(_ table: CSVTable, _: MeasuredModels) throws -> [Measurement] {
        let (m, n, k) = (try table.column("m"), try table.column("n"), try table.column("k"))
        let time = try table.column("latency_ms")
        return try table.rows.map { row in
            Measurement(
                path: table.path, line: row.line, quantity: .product,
                subject: .product(rows: try m.count(row), inner: try k.count(row), columns: try n.count(row)),
                seconds: try time.seconds(row, unit: 1e-3))
        }
    }

    /// Decode attention of one layer: batch, context, heads and milliseconds.
    @Sendable static func attention(_ table: CSVTable, _: MeasuredModels) throws -> [Measurement] {
        let batch = try table.column("batch_size")
        let context = try table.column("context")
        let heads = try table.column("num_heads")
        let kvHeads = try table.column("num_key_value_heads")
        let width = try table.column("head_dim")
        let time = try table.column("latency_ms")
        return try table.rows.map { row in
            let shape = AttentionShape(
                sequences: try batch.count(row), context: try context.count(row),
                heads: try heads.count(row, most: 1 << 12),
                kvHeads: try kvHeads.count(row), headDim: try width.count(row, most: 1 << 14))
            guard shape.heads.isMultiple(of: shape.kvHeads) else {
                throw kvHeads.malformed(row, expected: "a divisor of the \(shape.heads) heads")
            }
            return Measurement(
                path: table.path, line: row.line, quantity: .attention, subject: .attention(shape),
                seconds: try time.seconds(row, unit: 1e-3))
        }
    }

    /// Uneven batches beside even ones, in microseconds.
    @Sendable static func uneven(_ table: CSVTable, _: MeasuredModels) throws -> [Measurement] {
        let (count, long) = (try table.column("n"), try table.column("nb"))
        let (short, longest) = (try table.column("kvs"), try table.column("kv_big"))
        let even = try table.column("t_mean_us")
        let most = try table.column("t_max_us")
        let time = try table.column("t_skew_us")
        let batches = try table.rows.map { row in
            let batch = UnevenBatch(
                sequences: try count.count(row), long: try long.count(row), short: try short.count(row),
                longest: try longest.count(row), evenSeconds: try even.seconds(row, unit: 1e-6),
                longestSeconds: try most.seconds(row, unit: 1e-6))
            guard batch.long <= batch.sequences else {
                throw long.malformed(row, expected: "at most the \(batch.sequences) sequences")
            }
            return batch
        }
        return try zip(table.rows, UnevenBatch.foretold(batches)).map { row, batch in
            Measurement(
                path: table.path, line: row.line, quantity: .unevenAttention, subject: .uneven(batch),
                seconds: try time.seconds(row, unit: 1e-6))
        }
    }
}
