import CDecisions

extension DecisionBits {
    /// Pages in use after every token, all heads together, `[tokens]`: the sum of ⌈slots / page⌉ over the heads.
    public func pagesInUse(pageSlots: Int) -> [Int] {
        var opened = OpenedPages(tokens: tokens, pageSlots: pageSlots)
        let perHead = wordsPerHead
        words.withUnsafeBufferPointer { words in
            for head in 0..<layers * kvHeads {
                opened.add(UnsafeBufferPointer(rebasing: words[head * perHead..<(head + 1) * perHead]))
            }
        }
        return opened.inUse
    }
}

/// How many pages each token of a sequence opens, in all heads that were added.
public struct OpenedPages {
    /// Tokens of the sequence.
    public let tokens: Int
    /// Slots of a page; with 1, what is counted are slots.
    public let pageSlots: Int
    private var opened: [Int32]

    nonisolated(unsafe) private static let add = hr_open_pages_selected()!

    /// No head yet.
    public init(tokens: Int, pageSlots: Int) {
        precondition(pageSlots > 0, "a page holds a slot")
        self.tokens = tokens
        self.pageSlots = pageSlots
        opened = Array(repeating: 0, count: tokens)
    }

    /// Adds a head, `times` over: bit t % 64 of word t / 64 is 1 where it merged token t.
    public mutating func add(_ merges: UnsafeBufferPointer<UInt64>, times: Int = 1) {
        precondition(merges.count >= DecisionBits.words(tokens: tokens), "words for every token")
        guard tokens > 0 else { return }
        opened.withUnsafeMutableBufferPointer {
            Self.add(merges.baseAddress, tokens, pageSlots, Int32(times), $0.baseAddress)
        }
    }

    /// Pages in use after every token, `[tokens]`.
    public var inUse: [Int] {
        var sum = 0
        return opened.map { count in
            sum += Int(count)
            return sum
        }
    }
}
