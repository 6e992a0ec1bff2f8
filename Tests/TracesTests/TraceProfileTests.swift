import Descriptions
import TestSupport
import Testing
import Traces

@Suite("How heads merge and drop")
struct TraceProfileTests {
    private func prompt(_ heads: [String], tokens: [Int]? = nil) -> PromptTrace {
        var bits = DecisionBits(layers: 1, kvHeads: heads.count, tokens: heads[0].utf8.count)
        for (head, digits) in heads.enumerated() {
            for (token, digit) in digits.enumerated() { bits[0, head, token] = digit == "1" }
        }
        return PromptTrace(
            id: "a", promptTokens: 1, decisions: bits,
            negativeLogLikelihoods: Array(repeating: 1, count: bits.tokens - 1), tokenDigest: [], tokenIDs: tokens)
    }

    private func profile(_ prompts: [PromptTrace]) -> TraceProfile {
        var profile = TraceProfile(layers: 1, kvHeads: prompts[0].decisions.kvHeads)
        for prompt in prompts { profile.add(prompt) }
        return profile
    }

    @Test("A segment lasts from an append to the next, the last one to the end")
    func segments() {
        let profile = profile([prompt(["000111110", "011111111"]), prompt(["010", "000"])])
        // Head 0: 1, 1, 6, 1 and 2, 1; head 1: 9 and 1, 1, 1.
        #expect(profile.heads[0][0].segments == [4, 1, 0, 1] && profile.heads[0][0].longestSegment == 6)
        #expect(profile.heads[0][1].segments == [3, 0, 0, 0, 1] && profile.heads[0][1].longestSegment == 9)
        #expect(profile.segments == [7, 1, 0, 1, 1] && profile.longestSegment == 9)
        #expect((0..<5).map(HeadProfile.longest(ofClass:)) == [1, 2, 4, 8, 16])
    }

    @Test("Merges are told by position, over the prompts that reach it")
    func positions() {
        let profile = profile([prompt(["0101", "0011"]), prompt(["01", "00"])])
        #expect(profile.binWidth == 1 && profile.tokens == [2, 2, 1, 1])
        #expect(profile.mergeRates == [0, 0.5, 0.5, 1])
        #expect(profile.mergeRates(layer: 0, kvHead: 1) == [0, 0, 1, 1])
        #expect(profile.dropRates == [0, 0, 0, 0])
    }

    @Test("Bins widen until there are 16, and what was counted before moves along")
    func widening() {
        let profile = profile([prompt(["011"]), prompt(["0" + String(repeating: "1", count: 39)])])
        #expect(profile.binWidth == 4 && profile.tokens.count == 10)
        #expect(profile.tokens == [7, 4, 4, 4, 4, 4, 4, 4, 4, 4])
        #expect(profile.heads[0][0].merged == [5, 4, 4, 4, 4, 4, 4, 4, 4, 4])
        #expect(self.profile([prompt([String(repeating: "0", count: 16)])]).binWidth == 1)
        #expect(self.profile([prompt([String(repeating: "0", count: 17)])]).binWidth == 2)
    }

    @Test("Tokens are ranked by the share of their places and heads that were merged")
    func tokens() {
        let profile = profile([prompt(["0101", "0011"], tokens: [7, 8, 9, 8])])
        #expect(profile.ranked().map(\.token) == [8, 9, 7])
        #expect(profile.ranked().map(\.rate) == [0.75, 0.5, 0] && profile.ranked()[0].occurrences == 2)
        #expect(profile.ranked(occurrences: 2).map(\.token) == [8])
        #expect(self.profile([prompt(["01"])]).ranked().isEmpty)
    }

    @Test("A drop counts at the position that was dropped")
    func drops() throws {
        let header = SampleEvictions.header(
            try CachePolicy("window:sinks=1,window=3"), layers: 1, kvHeads: 2, keepsTokens: true)
        let prompt = SampleEvictions.prompt("a", tokens: 8, header: header)
        let profile = profile([prompt])
        #expect(
            profile.dropRates == [0, 1, 1, 1, 1, 0, 0, 0] && profile.dropRates(layer: 0, kvHead: 1) == profile.dropRates
        )
        #expect(profile.mergeRates.allSatisfy { $0 == 0 } && profile.segments == [16])
        #expect(profile.ranked().reduce(0) { $0 + $1.rate * Double($1.occurrences) } == 4)
    }
}
