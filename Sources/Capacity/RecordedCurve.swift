import Traces

/// The length of one recorded head over time, at any number of tokens.
struct RecordedCurve: Sendable {
    /// Tokens recorded.
    let tokens: Int
    /// Slots after the last recorded token.
    let finalSlots: Int
    /// Slots a token adds beyond the recording: the rate of its second half.
    private(set) var lateRate = 0.0
    /// What every length is multiplied by, to reach another compression ratio; 1 for the recording as it is.
    var factor = 1.0

    /// Of the recording, not a copy.
    let words: ArraySlice<UInt64>
    /// Tokens merged before each word.
    private let merged: [Int32]

    /// The head whose words these are: bit t % 64 of word t / 64 is 1 where token t was merged.
    init(words: ArraySlice<UInt64>, tokens: Int) {
        self.words = words
        self.tokens = tokens
        var sum: Int32 = 0
        merged = words.map { word in
            defer { sum += Int32(word.nonzeroBitCount) }
            return sum
        }
        finalSlots = tokens - Int(sum)
        let half = tokens / 2
        lateRate = Double(finalSlots - recorded(after: half)) / Double(tokens - half)
    }

    /// Every head of a prompt.
    static func all(in bits: DecisionBits) -> [RecordedCurve] {
        let width = bits.wordsPerHead
        return (0..<bits.layers * bits.kvHeads).map { head in
            RecordedCurve(words: bits.words[head * width..<(head + 1) * width], tokens: bits.tokens)
        }
    }

    /// Slots after `count` tokens, within the recording or beyond it.
    func slots(after count: Int) -> Int {
        let plain = count <= tokens ? recorded(after: count) : extended(to: count)
        guard factor != 1 else { return plain }
        return min(max(Int((Double(plain) * factor).rounded()), min(count, 1)), count)
    }

    /// Slots after `count` tokens of the recording: a prefix sum and one population count.
    private func recorded(after count: Int) -> Int {
        let rest = count % 64
        let word = count / 64
        guard word < words.count else { return finalSlots }
        return count - Int(merged[word]) - (words[words.startIndex + word] & (1 << UInt64(rest) - 1)).nonzeroBitCount
    }

    /// Pages of `size` tokens in which a token is appended, of the first `count`; beyond the recording they go on at the
    /// rate of its second half, as slots do.
    func touchedPages(after count: Int, of size: Int) -> Int {
        let known = min(count, tokens)
        let touched = touchedPages(from: 0, to: known, of: size)
        guard count > tokens else { return touched }
        let half = tokens / 2
        let late = touchedPages(from: half / size, to: tokens, of: size)
        let span = tokens - half / size * size
        return touched + Int((Double(late) / Double(span) * Double(count - tokens)).rounded())
    }

    /// Of the pages from the one numbered `from` on, up to token `end`, those in which a token is appended.
    private func touchedPages(from first: Int, to end: Int, of size: Int) -> Int {
        stride(from: first * size, to: end, by: size).count { start in
            recorded(after: min(start + size, end)) > recorded(after: start)
        }
    }

    /// Beyond the recording a head goes on at the append rate of the recording's second half.
    private func extended(to count: Int) -> Int {
        let more = Double(count - tokens) * lateRate
        let whole = Int(more)
        // To the nearest, halves up: in place of `rounded()`, which is a call.
        return finalSlots + (more - Double(whole) >= 0.5 ? whole + 1 : whole)
    }

    /// Adds `times` the slots after each of `counts` tokens, all beyond the recording, to `sums`. Only for a curve as it
    /// was recorded, with a factor of 1.
    func addExtended(_ counts: ClosedRange<Int>, times: Int, to sums: UnsafeMutablePointer<Int>) {
        for count in counts { sums[count - counts.lowerBound] += times * extended(to: count) }
    }
}
