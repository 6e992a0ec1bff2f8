import Capacity

/// Heads of 16 channels in 4 layers that are all alike and only grow: what they hold and attend to on one GPU, page by
/// page.
struct AlikeHeads {
    /// Tokens for each of which DMC keeps a slot.
    static let ratio = 3.5

    private let heads: Int
    private let ratio: Double
    /// Bytes beside the slots of a head: 12 of lengths, and DMC's open segment of 13 · 33 numbers of 16 bits (a window of
    /// 12).
    private let ownBytes: Int
    private let page: Int
    private let allocation: PageAllocation
    private let sharing: TableSharing

    /// Six heads a layer under `full` and `dmc`, two under `gqa:2`.
    init(_ word: String, page: Int, allocation: PageAllocation, sharing: TableSharing) {
        heads = 4 * (word == "gqa:2" ? 2 : 6)
        ratio = word == "dmc" ? Self.ratio : 1
        ownBytes = 12 + (word == "dmc" ? 13 * 33 * 2 : 0)
        self.page = page
        self.allocation = allocation
        self.sharing = sharing
    }

    /// Slots of a head: the first number of them that is enough for `count` tokens.
    private func slots(after count: Int) -> Int { (0...count).first { Double($0) * ratio >= Double(count) } ?? count }

    /// Slots of all heads that token `count` attends to.
    func attended(by count: Int) -> Int { heads * slots(after: count) }

    /// Pages of keys and values, block tables and state; of `page` slots with 2 · 16 numbers of 16 bits each.
    func pages(after count: Int) -> Int {
        guard count > 0 else { return 0 }
        let (table, tables) = (entries(after: count), sharing == .head ? heads : sharing == .layer ? 4 : 1)
        let bytes = heads * (table * page * 64 + ownBytes) + tables * table * 4
        return (bytes + page * 64 - 1) / (page * 64)
    }

    /// Pages that a head's table names.
    private func entries(after count: Int) -> Int {
        let held = slots(after: count)
        // Of one table for all, a page goes back where all its tokens went; of what is handed out ahead, none does.
        let tokens = allocation == .ahead ? pages(of: count) : min(pages(of: count), held)
        let own = allocation == .ahead ? pages(of: slots(after: count - 1) + 1) : pages(of: held)
        return sharing == .shared ? max(own, tokens) : own
    }

    /// Pages that are begun by so many slots.
    private func pages(of slots: Int) -> Int { (0..<slots).count { $0 % page == 0 } }
}
