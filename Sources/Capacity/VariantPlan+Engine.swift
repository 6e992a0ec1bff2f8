extension VariantPlan {
    /// Tokens that vLLM would report at its start as `GPU KV cache size: N tokens`; nil for policies it does not have.
    ///
    /// It divides what is left for the cache by a block of all layers, rounding down, and counts the blocks' tokens; its
    /// block tables are not in it (`vllm/v1/core/kv_cache_utils.py`).
    var engineTokens: Int? { engineBlocks.map { $0 * memory.pageSlots } }

    /// What vLLM would report as `Maximum concurrency for N tokens per request`, N being the sequence's tokens: blocks
    /// over the blocks of one sequence.
    var engineConcurrency: Double? {
        engineBlocks.map {
            Double($0) / Double((request.tokens + memory.pageSlots - 1) / memory.pageSlots)
        }
    }

    private var engineBlocks: Int? {
        guard variant.policy == .full else { return nil }
        return limitBytesPerGPU / (memory.pageBytes * placement.mostKVHeads * configuration.layers)
    }
}
