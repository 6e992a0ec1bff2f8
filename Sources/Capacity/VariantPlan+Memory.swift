extension VariantPlan {
    /// Prompts that stand for the workload; 1 where no trace is involved.
    public var promptCount: Int { pattern.prompts.count }

    /// Bytes of each prompt's cache after `tokens` tokens, all GPUs together: one value a prompt, for the spread.
    /// Beyond a recording its heads go on at their late rate.
    public func cacheBytes(after tokens: Int) -> [CacheBytes] {
        pattern.prompts.indices.map { prompt in
            bytesByGPU(prompt) { $0.slots(after: tokens) }.reduce(.zero, +)
        }
    }

    /// Bytes of each prompt on the GPU where it needs most, at its peak within the sequence.
    ///
    /// For several GPUs this is the larger of sums that need not fall on one GPU, so a batch that is said to fit does.
    func peakBytesOnFullestGPU() -> [Int] {
        pattern.prompts.indices.map { prompt in
            bytesByGPU(prompt) { $0.peak(within: request.tokens) }.map(\.total).max() ?? 0
        }
    }

    /// Bytes of each prompt at its peak, all GPUs together.
    func peakBytes() -> [CacheBytes] {
        pattern.prompts.indices.map { prompt in
            bytesByGPU(prompt) { $0.peak(within: request.tokens) }.reduce(.zero, +)
        }
    }

    private func bytesByGPU(_ prompt: Int, length: (HeadCurve) -> Int) -> [CacheBytes] {
        let slots = pattern.prompts[prompt].curves.map(length)
        let longest = pattern.prompts[prompt].heads.reduce(0) { max($0, slots[$1]) }
        return loads[prompt].map { memory.bytes(slots: slots, heads: $0, longest: longest) }
    }

    /// Slots of plain attention on the model as it is over slots held after `tokens`, all prompts together.
    public func compressionRatio(after tokens: Int) -> Double {
        let heads = configuration.layers * request.model.configuration.kvHeads
        return Double(promptCount * heads * tokens) / Double(pattern.slots(after: tokens))
    }
}
