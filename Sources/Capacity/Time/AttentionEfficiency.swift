/// How near attention comes to a GPU's peaks.
public struct AttentionEfficiency: Hashable, Sendable, Codable {
    /// Decode attention, one kernel a layer.
    public var decode: KernelEfficiency
    /// Bytes a second in which the query heads of a group read slots, each for itself, over peak operations a second. Where
    /// an engine does not bring a group's heads to the matrix units together, all but the first find a slot in the
    /// second-level cache, whose bandwidth grows with processors and clock as the arithmetic does. 1 where none waits.
    public var rereads: Double
    /// Share of the peak arithmetic that attention over a prompt reaches.
    public var prefillCompute: Double
    /// How far a batch of uneven lengths lies from an even one of the same slots (0) towards an even one of its longest
    /// length (1): blocks that have finished wait for those of the long sequences.
    public var imbalance: Double
    /// Blocks that the GPU runs at a time, two a processor, where heads are shared out as FlashAttention-2 does; 0 where
    /// it is not known how a kernel does it, and no wave of blocks is to be seen.
    public var blocks: Int
    /// Seconds in which a block that is alone on its processor reads a slot of its head; 0 where `blocks` is 0.
    public var blockSlotSeconds: Double
    /// Seconds that each part of a split head adds, to put the parts together; 0 where `blocks` is 0.
    public var splitSeconds: Double
    /// Query heads of a group that share one reading of a slot, as the engine's kernel has it; 0 for all of them.
    public var headsPerRead: Int

    /// An efficiency by its numbers; see the properties.
    public init(
        decode: KernelEfficiency, rereads: Double = 1, prefillCompute: Double, imbalance: Double = 0, blocks: Int = 0,
        blockSlotSeconds: Double = 0, splitSeconds: Double = 0, headsPerRead: Int = 0
    ) {
        self.decode = decode
        self.rereads = rereads
        self.prefillCompute = prefillCompute
        self.imbalance = imbalance
        self.blocks = blocks
        self.blockSlotSeconds = blockSlotSeconds
        self.splitSeconds = splitSeconds
        self.headsPerRead = headsPerRead
    }

    enum CodingKeys: String, CodingKey {
        case decode, rereads, imbalance, blocks
        case prefillCompute = "prefill_compute"
        case blockSlotSeconds = "block_slot_seconds"
        case splitSeconds = "split_seconds"
        case headsPerRead = "heads_per_read"
    }

    /// How often a slot is read for a group of so many query heads.
    func readings(group: Double) -> Double {
        headsPerRead == 0 ? 1 : max(1, (group / Double(headsPerRead)).rounded(.up))
    }
}
