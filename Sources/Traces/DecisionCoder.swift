import CDecisions
import Foundation

/// Compressed decisions: contents of a decisions section in `TraceFormat.compressedEncoding`, as `Format.md` has them.
/// A head's decisions take about their entropy, and a few bits to learn its rate of merging.
enum DecisionCoder {
    private static let lanes = 4
    /// Parts into which the shares of merge and append are cut.
    private static let whole: UInt32 = 4096
    private static let leastState: UInt32 = 1 << 16
    /// Tokens of which a head remembers how many it merged; then both counts are halved.
    private static let mostSeen: UInt32 = 1023

    /// The contents for decisions on at least two tokens.
    static func contents(of bits: DecisionBits) -> [UInt8] {
        let heads = bits.layers * bits.kvHeads
        var states = [UInt32](repeating: leastState, count: lanes)
        var words: [UInt16] = []
        // Coded from the last decision to the first, so that decoding meets them in order.
        for first in stride(from: 0, to: heads, by: lanes).reversed() {
            let group = first..<min(first + lanes, heads)
            let decisions = codedDecisions(of: bits, group)
            decisions.withUnsafeBufferPointer { decisions in
                for index in decisions.indices.reversed() {
                    push(decisions[index], onto: &states[index % group.count], &words)
                }
            }
        }
        let numbers =
            states.flatMap { [UInt16(truncatingIfNeeded: $0), UInt16($0 >> 16)] } + words.reversed()
        return numbers.map { $0.littleEndian }.withUnsafeBytes { [UInt8]($0) }
    }

    /// The decisions that `contents` hold; nil where they hold none of that shape, or anything besides.
    /// Nothing is allocated that so many bytes cannot fill.
    static func decisions(
        in contents: UnsafeRawBufferPointer, layers: Int, kvHeads: Int, tokens: Int
    ) -> DecisionBits? {
        let heads = layers * kvHeads
        guard tokens > 1, Double(heads) * leastBits(tokens: tokens) <= 8 * Double(contents.count) else {
            return nil
        }
        var isWhole = false
        let words = [UInt64](unsafeUninitializedCapacity: heads * DecisionBits.words(tokens: tokens)) {
            words, count in
            isWhole =
                hr_decode_decisions(
                    contents.bindMemory(to: UInt8.self).baseAddress, contents.count, heads, tokens,
                    words.baseAddress)
                == 1
            count = isWhole ? words.count : 0
        }
        return isWhole
            ? DecisionBits(layers: layers, kvHeads: kvHeads, tokens: tokens, words: words) : nil
    }

    /// What a head of so many tokens takes at the least, one that always appends, less a tenth for what a state rounds.
    private static func leastBits(tokens: Int) -> Double {
        var bits = 0.0
        var all: UInt32 = 0
        for _ in 1..<tokens {
            bits -= log2(1 - Double(hr_merge_share(0, all)) / Double(whole))
            all = all + 1 == mostSeen ? mostSeen / 2 : all + 1
        }
        return 0.9 * bits
    }

    /// The decisions of up to four heads from their second token on, token by token: each one's share of merges, and in
    /// the top bit whether it is one.
    private static func codedDecisions(of bits: DecisionBits, _ heads: Range<Int>) -> [UInt16] {
        let perHead = bits.wordsPerHead
        var coded: [UInt16] = []
        coded.reserveCapacity(heads.count * (bits.tokens - 1))
        var merged = [UInt32](repeating: 0, count: heads.count)
        var all: UInt32 = 0
        bits.words.withUnsafeBufferPointer { words in
            for token in 1..<bits.tokens {
                for lane in merged.indices {
                    let word = words[(heads.lowerBound + lane) * perHead + token / 64]
                    let merges = UInt32(truncatingIfNeeded: word >> UInt64(token % 64) & 1)
                    coded.append(UInt16(hr_merge_share(merged[lane], all) | merges << 15))
                    merged[lane] += merges
                }
                all += 1
                if all == mostSeen {
                    all /= 2
                    for lane in merged.indices { merged[lane] /= 2 }
                }
            }
        }
        return coded
    }

    /// One step of rANS: `decision` goes into a state, whose lower half is put out first where it would not fit.
    private static func push(_ decision: UInt16, onto state: inout UInt32, _ words: inout [UInt16]) {
        let share = UInt32(decision & 0x7FFF)
        let merges = decision >> 15 == 1
        let width = merges ? share : whole - share
        if UInt64(state) >= UInt64(width) << 20 {
            words.append(UInt16(truncatingIfNeeded: state))
            state >>= 16
        }
        state = state / width * whole + state % width + (merges ? 0 : share)
    }
}
