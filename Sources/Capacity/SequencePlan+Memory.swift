extension SequencePlan {
    /// Bytes over the whole sequence.
    struct Totals: Sendable {
        /// At the end of the generation, mean over prompts, all GPUs together.
        let end: CacheBytes
        /// Of each prompt on the GPU where it needs most, at its peak within the sequence.
        ///
        /// For several GPUs this is the larger of sums that need not fall on one GPU, so a batch that is said to fit does.
        let peaks: [Int]
        /// Keys and values of the prompt that needs most of them at its peak, all GPUs together.
        let peakKV: Int
        /// How much more the fullest GPU holds of the keys and values than an even share, as a ratio from 1 on: mean over
        /// prompts, at the end of the generation.
        let imbalance: Double
        /// Slots of plain attention over those held, at the end of the generation.
        let compressionRatio: Double

        init(_ plan: SequencePlan) {
            let tokens = plan.shape.tokens
            let ends = plan.pattern.prompts.indices.map { plan.bytesByGPU($0, .after(tokens)) }
            let peaks = plan.pattern.prompts.indices.map { plan.bytesByGPU($0, .peak(within: tokens)) }
            end = .mean(of: ends.map { $0.reduce(.zero, +) })
            self.peaks = peaks.map { $0.map(\.total).max() ?? 0 }
            peakKV = peaks.map { $0.reduce(.zero, +).kv }.max() ?? 0
            imbalance = Self.imbalance(ends)
            compressionRatio = plan.compressionRatio(after: tokens)
        }

        private static func imbalance(_ ends: [[CacheBytes]]) -> Double {
            var sums = Array(repeating: 0.0, count: ends[0].count)
            for prompt in ends {
                for (gpu, bytes) in prompt.enumerated() { sums[gpu] += Double(bytes.kv) }
            }
            let all = sums.reduce(0, +)
            return all > 0 ? (sums.max() ?? 0) * Double(sums.count) / all : 1
        }
    }

    /// Bytes of each prompt's cache after `tokens` tokens, all GPUs together.
    func cacheBytes(after tokens: Int) -> [CacheBytes] {
        pattern.prompts.indices.map { bytesByGPU($0, .after(tokens)).reduce(.zero, +) }
    }

    /// Bytes of each prompt on the GPU where it needs most.
    func bytesOnFullestGPU(at moment: CacheMoment) -> [Int] {
        pattern.prompts.indices.map { bytesByGPU($0, moment).map(\.total).max() ?? 0 }
    }

    /// Bytes of one prompt's cache, for each GPU.
    func bytesByGPU(_ index: Int, _ moment: CacheMoment) -> [CacheBytes] {
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
            let kvHeads = shape.configuration.kvHeads
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
    func compressionRatio(after tokens: Int) -> Double {
        let heads = shape.configuration.layers * shape.modelKVHeads
        return Double(promptCount * heads * tokens) / Double(pattern.slots(after: tokens))
    }
}
