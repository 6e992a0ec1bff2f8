/// How the heads of a recording merge and drop: lengths of segments, where in the sequence, and which tokens.
/// Positions are told in at most 16 bins, as narrow as a power of two lets them be.
public struct TraceProfile: Equatable, Sendable {
    /// Most bins of positions.
    public static let mostBins = 16

    /// Every head, `[layers][kvHeads]`.
    public private(set) var heads: [[HeadProfile]]
    /// Positions of a bin.
    public private(set) var binWidth = 1
    /// Tokens of all prompts in each bin.
    public private(set) var tokens: [Int] = []
    /// By token id, where the recording keeps ids.
    public private(set) var byToken: [Int: TokenProfile] = [:]

    /// Nothing counted yet.
    public init(layers: Int, kvHeads: Int) {
        heads = Array(repeating: Array(repeating: HeadProfile(), count: kvHeads), count: layers)
    }

    /// Counts a prompt.
    public mutating func add(_ prompt: PromptTrace) {
        makeRoom(for: prompt.tokens)
        for token in 0..<prompt.tokens { tokens[token / binWidth] += 1 }
        var lost = [Int](repeating: 0, count: prompt.tokens)
        for layer in heads.indices {
            for kvHead in heads[layer].indices {
                countSegments(prompt.decisions, layer, kvHead, &lost)
                for drop in prompt.evictions?[layer, kvHead] ?? [] {
                    heads[layer][kvHead].dropped[drop.position / binWidth] += 1
                    lost[drop.position] += 1
                }
            }
        }
        for (token, lost) in zip(prompt.tokenIDs ?? [], lost) {
            byToken[token, default: TokenProfile()].occurrences += 1
            byToken[token, default: TokenProfile()].lost += lost
        }
    }

    private mutating func countSegments(_ bits: DecisionBits, _ layer: Int, _ kvHead: Int, _ lost: inout [Int]) {
        let start = (layer * bits.kvHeads + kvHead) * bits.wordsPerHead
        var head = heads[layer][kvHead]
        var length = 0
        for token in 0..<bits.tokens {
            if bits.words[start + token / 64] >> UInt64(token % 64) & 1 == 1 {
                length += 1
                head.merged[token / binWidth] += 1
                lost[token] += 1
            } else {
                if length > 0 { head.count(segment: length) }
                length = 1
            }
        }
        head.count(segment: length)
        heads[layer][kvHead] = head
    }

    /// Doubles the bins' width until `count` positions fit, and adds the bins that are missing.
    private mutating func makeRoom(for count: Int) {
        while count > Self.mostBins * binWidth {
            binWidth *= 2
            change { bins in
                bins = stride(from: 0, to: bins.count, by: 2).map {
                    bins[$0] + ($0 + 1 < bins.count ? bins[$0 + 1] : 0)
                }
            }
        }
        let needed = (count + binWidth - 1) / binWidth
        change { bins in bins += Array(repeating: 0, count: max(0, needed - bins.count)) }
    }

    private mutating func change(_ change: (inout [Int]) -> Void) {
        change(&tokens)
        for layer in heads.indices {
            for kvHead in heads[layer].indices {
                change(&heads[layer][kvHead].merged)
                change(&heads[layer][kvHead].dropped)
            }
        }
    }
}

extension TraceProfile {
    /// Segments of all heads, by length as in `HeadProfile.segments`.
    public var segments: [Int] { sum(\.segments) }

    /// Tokens of the longest segment of any head.
    public var longestSegment: Int { heads.joined().map(\.longestSegment).max() ?? 0 }

    /// Of tokens × heads in each bin, the share that was merged.
    public var mergeRates: [Double] { rates(sum(\.merged), heads: headCount) }

    /// Of tokens × heads in each bin, the share that was dropped sooner or later.
    public var dropRates: [Double] { rates(sum(\.dropped), heads: headCount) }

    /// Of the tokens in each bin, the share that one head merged.
    public func mergeRates(layer: Int, kvHead: Int) -> [Double] { rates(heads[layer][kvHead].merged, heads: 1) }

    /// Of the tokens in each bin, the share that one head dropped sooner or later.
    public func dropRates(layer: Int, kvHead: Int) -> [Double] { rates(heads[layer][kvHead].dropped, heads: 1) }

    /// Tokens from the one merged or dropped most to the one least, each with its share of occurrences × heads; equal
    /// ones in order of id.
    /// - Parameter occurrences: tokens that stand in fewer places are left out.
    public func ranked(occurrences: Int = 1) -> [(token: Int, occurrences: Int, rate: Double)] {
        byToken.filter { $0.value.occurrences >= occurrences }
            .map { ($0.key, $0.value.occurrences, Double($0.value.lost) / Double($0.value.occurrences * headCount)) }
            .sorted { ($1.2, $0.0) < ($0.2, $1.0) }
    }

    private var headCount: Int { heads.reduce(0) { $0 + $1.count } }

    private func rates(_ counts: [Int], heads: Int) -> [Double] {
        zip(counts, tokens).map { Double($0) / Double($1 * heads) }
    }

    private func sum(_ counts: KeyPath<HeadProfile, [Int]>) -> [Int] {
        heads.joined().reduce(into: []) { sum, head in
            let other = head[keyPath: counts]
            sum += Array(repeating: 0, count: max(0, other.count - sum.count))
            for index in other.indices { sum[index] += other[index] }
        }
    }
}
