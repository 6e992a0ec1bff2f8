extension PlanRow: Encodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case policy, model, gpu, gpus, allocation, placement, utilization, batch, step, source, engine, notes
        case groupTraining = "group_training"
        case gpuMemoryBytes = "gpu_memory_bytes"
        case promptTokens = "prompt_tokens"
        case newTokens = "new_tokens"
        case pageSlots = "page_slots"
        case blockTables = "block_tables"
        case kvBits = "kv_bits"
        case kvScaleBits = "kv_scale_bits"
        case weightBits = "weight_bits"
        case budgetBytes = "budget_bytes"
        case compressionRatio = "compression_ratio"
        case weightsBytes = "weights_bytes"
        case weightsBytesPerGPU = "weights_bytes_per_gpu"
        case kvLogicalBytesPerSequence = "kv_logical_bytes_per_sequence"
        case kvBytesPerSequence = "kv_bytes_per_sequence"
        case kvPeakBytesPerSequence = "kv_peak_bytes_per_sequence"
        case stateBytesPerSequence = "state_bytes_per_sequence"
        case tableBytesPerSequence = "table_bytes_per_sequence"
        case kvImbalance = "kv_imbalance"
        case reservedBytes = "reserved_bytes"
        case reserved = "reserved_parts"
        case availableBytesPerGPU = "available_bytes_per_gpu"
        case maxBatch = "max_batch"
        case maxBatchP50 = "max_batch_p50"
        case maxBatchP99 = "max_batch_p99"
        case maxBatchP999 = "max_batch_p999"
        case kvCacheTokens = "kv_cache_tokens"
        case maxConcurrency = "max_concurrency"
        case limitedBy = "limited_by"
        case stepSeconds = "step_seconds"
        case throughputTokensPerSecond = "throughput_tokens_per_second"
        case requestThroughput = "request_throughput"
        case ttftSeconds = "ttft_seconds"
        case extendedFrom = "extended_from"
        case efficienciesOf = "efficiencies_of"
        case timeSource = "time_source"
        case stepError = "time_error"
        case ttftError = "ttft_error"
        case timeNotes = "time_notes"
    }

    /// Every field is always there, `null` where it has no value: programs need not ask which are.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try encodeInputs(into: &fields)
        try encodeMemory(into: &fields)
        try encodeTimes(into: &fields)
        try fields.encode(source, forKey: .source)
        try fields.encode(extendedFrom, forKey: .extendedFrom)
        try fields.encode(efficienciesOf, forKey: .efficienciesOf)
        try fields.encode(engine, forKey: .engine)
        try fields.encode(timeSource, forKey: .timeSource)
        try fields.encode(stepError, forKey: .stepError)
        try fields.encode(ttftError, forKey: .ttftError)
        try fields.encode(timeNotes, forKey: .timeNotes)
        try fields.encode(notes, forKey: .notes)
    }

    private func encodeInputs(into fields: inout KeyedEncodingContainer<CodingKeys>) throws {
        try fields.encode(policy, forKey: .policy)
        try fields.encode(groupTraining, forKey: .groupTraining)
        try fields.encode(model, forKey: .model)
        try fields.encode(gpu, forKey: .gpu)
        try fields.encode(gpus, forKey: .gpus)
        try fields.encode(gpuMemoryBytes, forKey: .gpuMemoryBytes)
        try fields.encode(promptTokens, forKey: .promptTokens)
        try fields.encode(newTokens, forKey: .newTokens)
        try fields.encode(pageSlots, forKey: .pageSlots)
        try fields.encode(allocation, forKey: .allocation)
        try fields.encode(blockTables, forKey: .blockTables)
        try fields.encode(placement, forKey: .placement)
        try fields.encode(kvBits, forKey: .kvBits)
        try fields.encode(kvScaleBits, forKey: .kvScaleBits)
        try fields.encode(weightBits, forKey: .weightBits)
        try fields.encode(utilization, forKey: .utilization)
        try fields.encode(budgetBytes, forKey: .budgetBytes)
    }

    private func encodeMemory(into fields: inout KeyedEncodingContainer<CodingKeys>) throws {
        try fields.encode(compressionRatio, forKey: .compressionRatio)
        try fields.encode(weightsBytes, forKey: .weightsBytes)
        try fields.encode(weightsBytesPerGPU, forKey: .weightsBytesPerGPU)
        try fields.encode(kvLogicalBytesPerSequence, forKey: .kvLogicalBytesPerSequence)
        try fields.encode(kvBytesPerSequence, forKey: .kvBytesPerSequence)
        try fields.encode(kvPeakBytesPerSequence, forKey: .kvPeakBytesPerSequence)
        try fields.encode(stateBytesPerSequence, forKey: .stateBytesPerSequence)
        try fields.encode(tableBytesPerSequence, forKey: .tableBytesPerSequence)
        try fields.encode(kvImbalance, forKey: .kvImbalance)
        try fields.encode(reservedBytes, forKey: .reservedBytes)
        try fields.encode(reserved, forKey: .reserved)
        try fields.encode(availableBytesPerGPU, forKey: .availableBytesPerGPU)
        try fields.encode(maxBatch, forKey: .maxBatch)
        try fields.encode(maxBatchP50, forKey: .maxBatchP50)
        try fields.encode(maxBatchP99, forKey: .maxBatchP99)
        try fields.encode(maxBatchP999, forKey: .maxBatchP999)
        try fields.encode(kvCacheTokens, forKey: .kvCacheTokens)
        try fields.encode(maxConcurrency, forKey: .maxConcurrency)
        try fields.encode(limitedBy, forKey: .limitedBy)
    }

    private func encodeTimes(into fields: inout KeyedEncodingContainer<CodingKeys>) throws {
        try fields.encode(batch, forKey: .batch)
        try fields.encode(stepSeconds, forKey: .stepSeconds)
        try fields.encode(step, forKey: .step)
        try fields.encode(throughputTokensPerSecond, forKey: .throughputTokensPerSecond)
        try fields.encode(requestThroughput, forKey: .requestThroughput)
        try fields.encode(ttftSeconds, forKey: .ttftSeconds)
    }
}
