/// How near attention comes to a GPU's peaks.
public struct AttentionEfficiency: Hashable, Sendable, Codable {
    /// Decode attention, one kernel a layer. Its share of the arithmetic is small where an engine does not bring the
    /// query heads of a group to the matrix units together: then grouped queries are bound by it.
    public var decode: KernelEfficiency
    /// Share of the peak arithmetic that attention over a prompt reaches.
    public var prefillCompute: Double
    /// How far a batch of uneven lengths lies from an even one of the same slots (0) towards an even one of its longest
    /// length (1): blocks that have finished wait for those of the long sequences.
    public var imbalance: Double
    /// Share of its last, partly filled wave of blocks that decode attention loses; 0 where `blocks` is 0.
    public var tail: Double
    /// Blocks, one for each sequence and KV head, that the GPU runs at a time; 0 where no wave is to be seen.
    public var blocks: Int
    /// Seconds a slot that one block needs where heads are not grouped, in kernels that do not split such a head among
    /// blocks; 0 where they do.
    public var ungroupedSlotSeconds: Double

    /// An efficiency by its numbers; see the properties.
    public init(
        decode: KernelEfficiency, prefillCompute: Double, imbalance: Double = 0, tail: Double = 0, blocks: Int = 0,
        ungroupedSlotSeconds: Double = 0
    ) {
        self.decode = decode
        self.prefillCompute = prefillCompute
        self.imbalance = imbalance
        self.tail = tail
        self.blocks = blocks
        self.ungroupedSlotSeconds = ungroupedSlotSeconds
    }

    enum CodingKeys: String, CodingKey {
        case decode, imbalance, tail, blocks
        case prefillCompute = "prefill_compute"
        case ungroupedSlotSeconds = "ungrouped_slot_seconds"
    }
}
