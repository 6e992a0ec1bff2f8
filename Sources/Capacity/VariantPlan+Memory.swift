extension VariantPlan {
    /// Prompts that stand for the workload; 1 where no trace is involved.
    public var promptCount: Int { sequence.promptCount }

    /// Bytes of each prompt's cache after `tokens` tokens, all GPUs together: one value a prompt, for the spread.
    /// Beyond a recording its heads go on at their late rate.
    public func cacheBytes(after tokens: Int) -> [CacheBytes] { sequence.cacheBytes(after: tokens) }

    /// Slots of plain attention on the model as it is over slots held after `tokens`, all prompts together.
    public func compressionRatio(after tokens: Int) -> Double { sequence.compressionRatio(after: tokens) }
}
