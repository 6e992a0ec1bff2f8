/// How FlashAttention-2 shares decode attention out among the processors: a block for each sequence and KV head, or one for
/// each of several parts of it where these alone would not fill the GPU (`num_splits_heuristic`). A head that is not
/// grouped stays whole (`mha_varlen_fwd` splits only where it takes a group's heads for queries; both in
/// `csrc/flash_attn/flash_api.cpp`, Dao-AILab/flash-attention v2.6).
package struct HeadSplits {
    /// Parts of a head.
    package let parts: Int
    /// Blocks in all.
    private let blocks: Int
    /// Blocks that the GPU runs at a time.
    private let wave: Int
    /// Slots that a block goes through.
    private let slots: Double

    /// Slots that a block takes at once, for heads of 128 channels.
    private static let tile = 128.0
    private static let mostParts = 128

    /// - Parameters:
    ///   - heads: sequences × KV heads.
    ///   - longest: slots of the longest of them.
    ///   - wave: blocks that the GPU runs at a time, two a processor.
    package init(heads: Int, longest: Double, wave: Int, isGrouped: Bool) {
        let tiles = max(1, Int((longest / Self.tile).rounded(.up)))
        parts = isGrouped ? Self.parts(heads: heads, tiles: tiles, wave: wave) : 1
        blocks = heads * parts
        slots = parts == 1 ? longest : Double((tiles + parts - 1) / parts) * Self.tile
        self.wave = wave
    }

    /// The fewest parts that come within 85 % of the fullest waves there could be.
    private static func parts(heads: Int, tiles: Int, wave: Int) -> Int {
        guard Double(heads) < 0.8 * Double(wave) else { return 1 }
        func blockTiles(_ parts: Int) -> Int { (tiles + parts - 1) / parts }
        let choices = (1...min(mostParts, wave, tiles)).filter { $0 == 1 || blockTiles($0) != blockTiles($0 - 1) }
        let filled = choices.map { parts in
            let waves = Double(heads * parts) / Double(wave)
            return waves / waves.rounded(.up)
        }
        let enough = 0.85 * (filled.max() ?? 0)
        return zip(choices, filled).first { $0.1 >= enough }?.0 ?? 1
    }

    /// Seconds of its waves, one after another. A full wave takes its share of the whole kernel's time, or what its
    /// processors need for two blocks each, if that is longer; so does the last one, but its blocks have the memory to
    /// themselves and no less to do: they go where two others have just ended, and where there is only one wave, one to
    /// a processor first.
    /// - Parameters:
    ///   - even: seconds of the kernel if all of the GPU were busy to its end.
    ///   - slotSeconds: seconds a slot that a block needs on a processor of its own.
    package func seconds(even: Double, slotSeconds: Double) -> Double {
        let (full, rest) = blocks.quotientAndRemainder(dividingBy: wave)
        let block = slots * slotSeconds
        let share = even / Double(blocks)
        let whole = full == 0 ? 0 : max(share * Double(full * wave), Double(2 * full) * block)
        guard rest > 0 else { return whole }
        let isSpread = full == 0 && 2 * rest <= wave
        return whole + max(share * Double(rest), (isSpread ? 1 : 2) * block)
    }
}
