/// Times of single kernels on a GPU at given efficiencies.
struct KernelTimes: Sendable {
    /// Peak bandwidth of the memory, bytes a second.
    let bandwidth: Double
    /// Peak arithmetic, operations a second.
    let flops: Double
    /// The same for products of 8-bit weights.
    let narrowFLOPS: Double
    /// How near kernels come to it.
    let efficiencies: Efficiencies

    init(gpu: GPU, efficiencies: Efficiencies) {
        bandwidth = gpu.bandwidthBytesPerSecond
        flops = gpu.bf16FLOPS
        narrowFLOPS = gpu.fp8FLOPS ?? gpu.bf16FLOPS
        self.efficiencies = efficiencies
    }

    /// A product [m, k] × [k, n], `kernels` times: weights of `weightBytes` each and activations of 16 bit in and out
    /// move once, and every weight does one multiply-add (two operations) for each of the m rows; of 8-bit weights
    /// (`isNarrow`) in FP8 where the GPU has it.
    func product(
        _ part: OperationTime.Part, rows m: Double, inner k: Double, columns n: Double, weightBytes: Double,
        isNarrow: Bool = false, kernels: Double = 1
    ) -> OperationTime {
        let operations = 2 * m * k * n * (isNarrow ? flops / narrowFLOPS : 1)
        return kernel(
            part, efficiencies.products, bytes: k * n * weightBytes + 2 * m * (k + n), operations: operations,
            kernels: kernels)
    }

    /// Decode attention of `kernels` layers. Its bytes are those of the slots out of the memory, or again for each query
    /// head out of the second-level cache, whichever take longer: bits count in both.
    /// - Parameters:
    ///   - slots: slots of all sequences and KV heads of one layer, what imbalance adds included.
    ///   - slotBytes: bytes of a key and a value.
    ///   - operations: operations for each slot and query head: 2·D for the score and 2·D for the sum.
    ///   - group: query heads of a KV head.
    ///   - heads: sequences × KV heads.
    ///   - longest: slots of the longest of them.
    func decodeAttention(
        slots: Double, slotBytes: Double, operations: Double, group: Double, heads: Int, longest: Double,
        kernels: Double = 1
    ) -> OperationTime {
        let attention = efficiencies.attention
        // Bytes that come out of the cache take as long as these would out of the memory.
        let again = slots * slotBytes * group * bandwidth * attention.decode.memory / (flops * attention.rereads)
        var time = kernel(
            .attention, attention.decode, bytes: max(slots * slotBytes * attention.readings(group: group), again),
            operations: slots * operations * group, kernels: kernels)
        guard attention.blocks > 0, heads > 0 else { return time }
        let splits = HeadSplits(heads: heads, longest: longest, wave: attention.blocks, isGrouped: group > 1)
        let even = max(time.memorySeconds, time.computeSeconds) / kernels
        let shown = time.seconds / kernels - attention.decode.launchSeconds
        let late = max(0, splits.seconds(even: even, slotSeconds: attention.blockSlotSeconds) - shown)
        time.fixedSeconds += kernels * (late + (splits.parts > 1 ? Double(splits.parts) * attention.splitSeconds : 0))
        return time
    }

    /// Attention over prompts, `kernels` times.
    func prefillAttention(pairs: Double, operations: Double, bytes: Double) -> OperationTime {
        var efficiency = efficiencies.attention.decode
        efficiency.compute = efficiencies.attention.prefillCompute
        efficiency.rampSeconds = 0
        efficiency.launchSeconds = 0
        return kernel(.attention, efficiency, bytes: bytes, operations: pairs * operations, kernels: 1)
    }

    /// `kernels` equal kernels, each of so many bytes and operations.
    func kernel(
        _ part: OperationTime.Part, _ efficiency: KernelEfficiency, bytes: Double, operations: Double, kernels: Double
    ) -> OperationTime {
        let memory = bytes / (bandwidth * efficiency.memory)
        let compute = operations / (flops * efficiency.compute)
        let ramp = (max(memory, compute) * efficiency.rampSeconds).squareRoot()
        return OperationTime(
            part, memorySeconds: kernels * memory, computeSeconds: kernels * compute,
            fixedSeconds: kernels * (efficiency.launchSeconds + ramp))
    }
}
