import Capacity

extension PlanReport {
    /// The rows as CSV (RFC 4180, lines ending in a newline), exact numbers, empty where JSON has `null`; the parts of
    /// a step follow as `step_<part>_seconds`, those of the reserve as `reserved_<part>_bytes` (context and graphs are in
    /// the margin).
    public func csv() -> String {
        let columns = Self.columns
        let head = columns.map(\.name).joined(separator: ",")
        let lines = rows.map { row in columns.map { PlanFormatting.csv($0.cell(row)) }.joined(separator: ",") }
        return ([head] + lines).map { $0 + "\n" }.joined()
    }

    private typealias Column = (name: String, cell: (PlanRow) -> String)

    private static var columns: [Column] { inputs + memory + times + origin }

    private static var inputs: [Column] {
        [
            ("policy", { $0.policy }), ("group_training", { $0.groupTraining?.rawValue ?? "" }),
            ("model", { $0.model }), ("gpu", { $0.gpu }), ("gpus", { "\($0.gpus)" }),
            ("gpu_memory_bytes", { "\($0.gpuMemoryBytes)" }), ("prompt_tokens", { "\($0.promptTokens)" }),
            ("new_tokens", { "\($0.newTokens)" }), ("page_slots", { "\($0.pageSlots)" }),
            ("allocation", { $0.allocation.rawValue }), ("block_tables", { $0.blockTables.rawValue }),
            ("placement", { $0.placement.rawValue }), ("kv_bits", { "\($0.kvBits)" }),
            ("kv_scale_bits", { "\($0.kvScaleBits)" }), ("weight_bits", { "\($0.weightBits)" }),
            ("utilization", { "\($0.utilization)" }),
            ("budget_bytes", { text($0.budgetBytes) }),
        ]
    }

    private static var memory: [Column] {
        [
            ("compression_ratio", { "\($0.compressionRatio)" }), ("weights_bytes", { "\($0.weightsBytes)" }),
            ("weights_bytes_per_gpu", { "\($0.weightsBytesPerGPU)" }),
            ("kv_logical_bytes_per_sequence", { "\($0.kvLogicalBytesPerSequence)" }),
            ("kv_bytes_per_sequence", { "\($0.kvBytesPerSequence)" }),
            ("kv_peak_bytes_per_sequence", { "\($0.kvPeakBytesPerSequence)" }),
            ("state_bytes_per_sequence", { "\($0.stateBytesPerSequence)" }),
            ("table_bytes_per_sequence", { "\($0.tableBytesPerSequence)" }),
            ("kv_imbalance", { "\($0.kvImbalance)" }), ("reserved_bytes", { "\($0.reservedBytes)" }),
            ("reserved_driver_bytes", { "\($0.reserved.driver)" }),
            ("reserved_margin_bytes", { "\($0.reserved.margin)" }),
            ("reserved_context_bytes", { "\($0.reserved.context)" }),
            ("reserved_graphs_bytes", { "\($0.reserved.graphs)" }),
            ("reserved_activations_bytes", { "\($0.reserved.activations)" }),
            ("reserved_logits_bytes", { "\($0.reserved.logits)" }),
            ("reserved_probabilities_bytes", { "\($0.reserved.probabilities)" }),
            ("available_bytes_per_gpu", { "\($0.availableBytesPerGPU)" }), ("max_batch", { "\($0.maxBatch)" }),
            ("max_batch_p50", { "\($0.maxBatchP50)" }), ("max_batch_p99", { "\($0.maxBatchP99)" }),
            ("max_batch_p999", { "\($0.maxBatchP999)" }), ("kv_cache_tokens", { text($0.kvCacheTokens) }),
            ("max_concurrency", { text($0.maxConcurrency) }), ("limited_by", { $0.limitedBy.rawValue }),
        ]
    }

    private static var times: [Column] {
        let parts = OperationTime.Part.allCases.map { part in
            ("step_\(part.rawValue)_seconds", { (row: PlanRow) in text(row.step?[part]?.seconds) })
        }
        return [
            ("batch", { text($0.batch) }), ("step_seconds", { text($0.stepSeconds) }),
            ("throughput_tokens_per_second", { text($0.throughputTokensPerSecond) }),
            ("request_throughput", { text($0.requestThroughput) }), ("ttft_seconds", { text($0.ttftSeconds) }),
        ] + parts
    }

    private static var origin: [Column] {
        [
            ("source", { $0.source.rawValue }), ("extended_from", { text($0.extendedFrom) }),
            ("efficiencies_of", { $0.efficienciesOf }), ("engine", { $0.engine ?? "" }),
            ("time_source", { $0.timeSource.rawValue }), ("time_error", { text($0.stepError) }),
            ("ttft_error", { text($0.ttftError) }),
            ("time_notes", { $0.timeNotes.joined(separator: "; ") }), ("notes", { $0.notes.joined(separator: "; ") }),
        ]
    }

    private static func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "" }
}
