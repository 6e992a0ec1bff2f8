import HeapModule

/// Byte-pair encoding (Sennrich et al., 2016): neighbours are joined, those of the lowest rank first and from left to
/// right, until no pair that is left has a rank.
struct PairMerges: Sendable {
    private struct Pair: Hashable {
        let left: Int32
        let right: Int32
    }

    private struct Merge {
        let rank: Int32
        let token: Int32
    }

    private var merges: [Pair: Merge] = [:]

    /// Adds a merge; of two merges of one pair the later counts.
    mutating func add(_ left: Int, _ right: Int, rank: Int, token: Int) {
        merges[Pair(left: Int32(left), right: Int32(right))] = Merge(rank: Int32(rank), token: Int32(token))
    }

    /// A pair that may be joined.
    private struct Candidate: Comparable {
        let rank: Int32
        /// Where the left one is.
        let place: Int
        let pair: Pair
        let token: Int32

        static func < (one: Candidate, other: Candidate) -> Bool {
            (one.rank, one.place) < (other.rank, other.place)
        }
    }

    /// Joins `tokens`.
    func joined(_ tokens: [Int]) -> [Int] {
        var tokens = tokens.map { Int32($0) }
        // What is joined stands where its left part was; the right part's place is passed over.
        var next = Array(1...max(1, tokens.count))
        var previous = tokens.indices.map { $0 - 1 }
        var isAlive = Array(repeating: true, count: tokens.count)
        func candidate(_ place: Int) -> Candidate? {
            guard place >= 0, next[place] < tokens.count else { return nil }
            let pair = Pair(left: tokens[place], right: tokens[next[place]])
            return merges[pair].map { Candidate(rank: $0.rank, place: place, pair: pair, token: $0.token) }
        }
        var candidates = Heap(tokens.indices.compactMap(candidate))
        while let best = candidates.popMin() {
            let (place, right) = (best.place, next[best.place])
            // A pair that one of another rank has broken since.
            guard isAlive[place], right < tokens.count,
                Pair(left: tokens[place], right: tokens[right]) == best.pair
            else { continue }
            tokens[place] = best.token
            isAlive[right] = false
            next[place] = next[right]
            if next[place] < tokens.count { previous[next[place]] = place }
            for place in [previous[place], place] { if let new = candidate(place) { candidates.insert(new) } }
        }
        return tokens.indices.filter { isAlive[$0] }.map { Int(tokens[$0]) }
    }
}
