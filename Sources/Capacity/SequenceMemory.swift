import Descriptions

/// Bytes of a sequence's cache out of the lengths of its heads.
struct SequenceMemory: Sendable {
    /// Channels of a head.
    let headDim: Int
    /// Slots of a page.
    let pageSlots: Int
    /// Bits of a cached number.
    let kvBits: Int
    /// Bytes of DMC's open segment of one head; 0 for other policies.
    let segmentBytes: Int
    /// Bytes of score that go with each slot; 0 for policies without.
    let scoreBytes: Int

    /// - Parameter dmc: DMC's constants, if the policy is DMC.
    init(_ request: PlanRequest, policy: CachePolicy, configuration: ModelConfiguration, dmc: DMCSettings) {
        headDim = configuration.headDim
        pageSlots = request.pageSlots
        kvBits = request.kvBits
        segmentBytes =
            policy == .dmc
            ? Self.segmentBytes(headDim: headDim, window: dmc.window, bits: request.stateBits) : 0
        scoreBytes = if case .heavyHitters = policy { MemoryLayout<Float>.size } else { 0 }
    }

    /// Bytes of the open segment of one head: the window's ω·k, ω·v and ω and their running sums,
    /// (window + 1)·(2D + 1) numbers (Megatron-LM, branch `dmc`). Without a window (0) the sums alone.
    static func segmentBytes(headDim: Int, window: Int, bits: Int) -> Int {
        (window + 1) * (2 * headDim + 1) * bits / 8
    }

    /// Bytes of `slots` keys and values in whole pages.
    func pagedBytes(slots: Int) -> Int { (slots + pageSlots - 1) / pageSlots * pageSlots * 2 * headDim * kvBits / 8 }

    /// Bytes of a set of heads: `heads[i]` heads hold `slots[i]` slots each, and the sequence's longest head `longest`.
    ///
    /// Each head has its own block table, as long as the longest head asks for, at 4 bytes a page, and 12 bytes of
    /// lengths (the reference's layout; an engine whose heads are all alike could share one table).
    func bytes(slots: [Int], heads: [Int], longest: Int) -> CacheBytes {
        var sum = CacheBytes.zero
        let table = 4 * ((longest + pageSlots - 1) / pageSlots) + 12
        for (slots, heads) in zip(slots, heads) where heads > 0 {
            sum.kv += heads * pagedBytes(slots: slots)
            sum.state += heads * (segmentBytes + slots * scoreBytes)
            sum.tables += heads * table
        }
        return sum
    }
}
