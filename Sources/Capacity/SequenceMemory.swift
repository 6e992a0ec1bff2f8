import Descriptions

/// Bytes of a sequence's cache out of the lengths of its heads.
struct SequenceMemory: Hashable, Sendable {
    /// Channels of a head.
    let headDim: Int
    /// Slots of a page.
    var pageSlots: Int
    /// When pages are handed out.
    let allocation: PageAllocation
    /// Which heads share a table.
    let sharing: TableSharing
    /// How a cached number is stored.
    let format: CacheFormat
    /// Bytes of DMC's open segment of one head; 0 for other policies.
    let segmentBytes: Int
    /// Bytes of score that go with each slot; 0 for policies without.
    let scoreBytes: Int

    /// What a sequence takes on one GPU.
    struct Taken {
        /// Pages of all heads together; a page holds slots of one head.
        var pages = 0
        /// Block tables.
        var tables = 0
        /// Entries of the longest table.
        var longest = 0
    }

    /// - Parameter dmc: DMC's constants, if the policy is DMC.
    init(
        _ request: PlanRequest, policy: CachePolicy, format: CacheFormat, configuration: ModelConfiguration,
        dmc: DMCSettings
    ) {
        headDim = configuration.headDim
        pageSlots = request.pageSlots
        allocation = request.allocation
        sharing = request.tableSharing
        self.format = format
        segmentBytes =
            policy == .dmc
            ? Self.segmentBytes(headDim: headDim, window: dmc.window, bits: request.stateBits) : 0
        scoreBytes = Self.scoreBytes(policy)
    }

    /// The memory of a cache in 16-bit numbers, in pages of 16 slots taken as they are needed, a table a head.
    init(policy: CachePolicy, configuration: ModelConfiguration) {
        headDim = configuration.headDim
        pageSlots = 16
        allocation = .needed
        sharing = .head
        format = CacheFormat(bits: 16)
        segmentBytes =
            policy == .dmc
            ? Self.segmentBytes(headDim: headDim, window: (configuration.dmc ?? DMCSettings()).window, bits: 16) : 0
        scoreBytes = Self.scoreBytes(policy)
    }

    private static func scoreBytes(_ policy: CachePolicy) -> Int {
        if case .heavyHitters = policy { MemoryLayout<Float>.size } else { 0 }
    }

    /// Bytes of the open segment of one head: the window's ω·k, ω·v and ω and their running sums,
    /// (window + 1)·(2D + 1) numbers (Megatron-LM, branch `dmc`). Without a window (0) the sums alone.
    static func segmentBytes(headDim: Int, window: Int, bits: Int) -> Int {
        (window + 1) * (2 * headDim + 1) * bits / 8
    }

    /// Bytes of a page: keys and values of `pageSlots` slots of one head.
    var pageBytes: Int { format.bytes(slots: pageSlots, headDim: headDim) }

    /// Bytes of a set of heads: `heads[i]` heads hold `slots[i]` slots each, in pages and behind tables as `taken` has
    /// them.
    ///
    /// A block table is as long as the longest of the sequence, at 4 bytes a page, and every head has 12 bytes of
    /// lengths (the reference's layout).
    func bytes(slots: [Int], heads: [Int], taken: Taken) -> CacheBytes {
        var sum = bytes(slots: 0, heads: 0, taken: taken)
        for (slots, heads) in zip(slots, heads) where heads > 0 {
            sum = sum + bytes(slots: slots, heads: heads, taken: Taken())
        }
        return sum
    }

    /// The same of heads that hold `slots` slots each.
    func bytes(slots: Int, heads: Int, taken: Taken) -> CacheBytes {
        CacheBytes(
            logical: heads * format.bytes(slots: slots, headDim: headDim), kv: taken.pages * pageBytes,
            state: heads * (segmentBytes + slots * scoreBytes),
            tables: heads * 12 + taken.tables * taken.longest * 4)
    }
}
