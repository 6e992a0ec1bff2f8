extension VariantPlan {
    /// Prompts that stand for the workload; 1 where no trace is involved.
    public var promptCount: Int { pattern.prompts.count }

    /// Bytes of each prompt's cache after `tokens` tokens, all GPUs together: one value a prompt, for the spread.
    /// Beyond a recording its heads go on at their late rate.
    public func cacheBytes(after tokens: Int) -> [CacheBytes] {
        pattern.prompts.indices.map { bytesByGPU($0, .after(tokens)).reduce(.zero, +) }
    }

    /// Bytes of one prompt's cache after `tokens` tokens, for each GPU.
    func cacheBytesByGPU(prompt: Int, after tokens: Int) -> [CacheBytes] { bytesByGPU(prompt, .after(tokens)) }

    /// Bytes of each prompt on the GPU where it needs most, at its peak within the sequence.
    ///
    /// For several GPUs this is the larger of sums that need not fall on one GPU, so a batch that is said to fit does.
    func peakBytesOnFullestGPU() -> [Int] { bytesOnFullestGPU(at: .peak(within: request.tokens)) }

    /// The same at any moment.
    func bytesOnFullestGPU(at moment: CacheMoment) -> [Int] {
        pattern.prompts.indices.map { bytesByGPU($0, moment).map(\.total).max() ?? 0 }
    }

    /// Bytes of each prompt at its peak, all GPUs together.
    func peakBytes() -> [CacheBytes] {
        pattern.prompts.indices.map { bytesByGPU($0, .peak(within: request.tokens)).reduce(.zero, +) }
    }

    private func bytesByGPU(_ index: Int, _ moment: CacheMoment) -> [CacheBytes] {
        let prompt = pattern.prompts[index]
        let slots = prompt.curves.map { $0.slots(at: moment) }
        let taken = taken(prompt, index, moment)
        return zip(loads[index], taken).map { memory.bytes(slots: slots, heads: $0, taken: $1) }
    }

    /// Pages and tables of a prompt on each GPU.
    private func taken(_ prompt: HeadPattern.Prompt, _ index: Int, _ moment: CacheMoment) -> [SequenceMemory.Taken] {
        let pages = prompt.curves.map { $0.pages(at: moment, of: memory.pageSlots, memory.allocation) }
        let longest = prompt.heads.reduce(0) { max($0, pages[$1]) }
        switch memory.sharing {
        case .head:
            return loads[index].map { heads in
                SequenceMemory.Taken(
                    pages: zip(heads, pages).reduce(0) { $0 + $1.0 * $1.1 }, tables: heads.reduce(0, +),
                    longest: longest)
            }
        case .layer:
            let kvHeads = configuration.kvHeads
            return placement.heads.map { layers in
                let sum = layers.enumerated().reduce(0) { sum, layer in
                    let most = layer.element.map { pages[prompt.heads[layer.offset * kvHeads + $0]] }.max() ?? 0
                    return sum + most * layer.element.count
                }
                return SequenceMemory.Taken(pages: sum, tables: layers.count, longest: longest)
            }
        case .shared:
            // Beyond a recording both are extrapolated; no head's slots need more pages than all heads' together.
            let together = max(longest, prompt.shared.pages(at: moment, of: memory.pageSlots, memory.allocation))
            return loads[index].map { heads in
                SequenceMemory.Taken(pages: together * heads.reduce(0, +), tables: 1, longest: together)
            }
        }
    }

    /// Slots of plain attention on the model as it is over slots held after `tokens`, all prompts together.
    public func compressionRatio(after tokens: Int) -> Double {
        let heads = configuration.layers * request.model.configuration.kvHeads
        return Double(promptCount * heads * tokens) / Double(pattern.slots(after: tokens))
    }

    /// How much more the fullest GPU holds of the keys and values than an even share, as a ratio from 1 on: mean over
    /// prompts, at the end of the generation.
    var imbalance: Double {
        var sums = Array(repeating: 0.0, count: placement.gpus)
        for prompt in pattern.prompts.indices {
            for (gpu, bytes) in bytesByGPU(prompt, .after(request.tokens)).enumerated() {
                sums[gpu] += Double(bytes.kv)
            }
        }
        let all = sums.reduce(0, +)
        return all > 0 ? (sums.max() ?? 0) * Double(sums.count) / all : 1
    }
}
