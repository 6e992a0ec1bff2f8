import Comparison
import Descriptions
import TestSupport
import Testing
import Traces

@Suite("Which policy loses least at a budget")
struct StandingTests {
    @Test("policies that swing alike are told apart by their difference, however wide their own intervals are")
    func paired() throws {
        // Prompt "a" loses 2 a token under both, "b" gains half a nat; the window loses 0.125 a token more on either.
        let comparison = try PolicyComparison([
            comparedRun(),
            comparedRun("window:sinks=1,window=1", losses: [[3.125, 4.125, 5.125], [0.625, 0.625]], budget: "2"),
            comparedRun("tova:slots=2", losses: [[3, 4, 5], [0.5, 0.5]], budget: "2"),
        ])
        let (window, tova) = (comparison.rows[1].difference, comparison.rows[2].difference)
        #expect(window?.low == -0.375 && tova?.high == 2, "the intervals against the plain cache overlap")
        let standing = try #require(comparison.standings.first)
        #expect(comparison.standings.count == 1 && standing.budget == "2" && standing.best == 2)
        let rival = try #require(standing.rivals.first)
        #expect(rival.row == 1 && rival.difference == PairedDifference(mean: 0.125, low: 0.125, high: 0.125))
        #expect(rival.isTied == false)
    }

    @Test("a difference whose interval holds 0 is a tie, and without an interval nobody knows")
    func ties() throws {
        let runs = [
            try comparedRun(), try comparedRun("tova:slots=2", losses: [[1, 2, 4], [1, 2]], budget: "2"),
            try comparedRun("window:sinks=1,window=1", losses: [[1, 2, 6], [1, 1]], budget: "2"),
        ]
        #expect(try PolicyComparison(runs).standings[0].rivals.map(\.isTied) == [true])
        let single = runs.map {
            ComparedRun(name: $0.name, header: $0.header, prompts: [$0.prompts[0]], budget: $0.budget)
        }
        #expect(try PolicyComparison(single).standings[0].rivals.map(\.isTied) == [nil])
        let equal = [
            single[0], single[1], try comparedRun("h2o:heavy=1,recent=1", losses: [[1, 2, 4], [1, 2]], budget: "2"),
        ]
        let alone = equal.map {
            ComparedRun(name: $0.name, header: $0.header, prompts: [$0.prompts[0]], budget: $0.budget)
        }
        #expect(try PolicyComparison(alone).standings[0].rivals.map(\.isTied) == [true], "what is equal is a tie")
    }

    @Test("a model with a ratio of its own stands with the budget nearest to it, if that is within a quarter")
    func ownRatio() throws {
        func runs(heads: Int) throws -> [ComparedRun] {
            [
                try comparedRun(), try comparedRun("tova:slots=0.5", drops: [[2, 2], [2, 1]], budget: "50%"),
                try comparedRun("tova:slots=0.25", drops: [[3, 3], [2, 2]], budget: "25%"),
                try comparedRun(
                    drops: Array(repeating: Array(repeating: 0, count: heads), count: 2),
                    losses: [[2, 2, 3], [1, 1]],
                    shape: {
                        $0.kvHeads = heads
                        $0.dmc = heads == 2 ? DMCSettings() : nil
                    }, header: { $0.checkpointFingerprint = "other" }),
            ]
        }
        // One head of two is half of the cache; DMC that merges nothing is all of it.
        let near = try PolicyComparison(runs(heads: 1)).standings
        #expect(near.map(\.budget) == ["50%", "25%"])
        #expect(near.map { [$0.best] + $0.rivals.map(\.row) } == [[1, 3], [2]])
        #expect(try PolicyComparison(runs(heads: 2)).standings.map(\.rivals.count) == [0, 0])
    }

    @Test("where policies are alike, that more is lost is hardly ever said: the best was chosen on the same prompts")
    func alike() throws {
        let experiments = 60
        let told = try (0..<experiments).count { experiment in
            var random = SeededNumbers(seed: UInt64(experiment))
            let words = [
                "full", "tova:slots=2", "h2o:heavy=1,recent=1", "window:sinks=1,window=1", "streaming:sinks=1,window=1",
            ]
            let runs = try words.map { word in
                try run(word, random.normals(30).map { $0 + 5 })
            }
            let standing = try #require(PolicyComparison(runs).standings.first)
            #expect(standing.prompts == 30 && standing.rivals.count == 3)
            return standing.rivals.contains { $0.isTied == false }
        }
        // 95 % for each by itself would tell 24 % of these apart.
        #expect(told <= experiments / 8, "\(told)")
    }

    /// A run of prompts of two tokens, one of which is predicted.
    private func run(_ word: String, _ losses: [Float]) throws -> ComparedRun {
        let header = try comparedRun(word).header
        let prompts = losses.enumerated().map { index, loss in
            PromptTrace(
                id: "\(index)", promptTokens: 2, decisions: DecisionBits(layers: 1, kvHeads: 2, tokens: 2),
                evictions: header.policy.evicts ? EvictionLog(layers: 1, kvHeads: 2) : nil,
                negativeLogLikelihoods: [loss], tokenDigest: PromptTrace.digest(of: [0, 1]))
        }
        return ComparedRun(name: word, header: header, prompts: prompts, budget: word == "full" ? nil : "2")
    }

    @Test("a share is what it says, whatever its rows keep: who keeps it stands there, who does not stands apart")
    func ownWord() throws {
        let runs = [
            try comparedRun(), try comparedRun("tova:slots=0.25", drops: [[3, 3], [2, 2]], budget: "25%"),
            try comparedRun("window:sinks=1,window=0.24", drops: [[1, 1], [0, 0]], budget: "25%"),
            try comparedRun("streaming:sinks=1,window=0.24", drops: [[1, 1], [1, 0]], budget: "25%"),
        ]
        let comparison = try PolicyComparison(runs)
        #expect(comparison.standings.map { [$0.best] + $0.rivals.map(\.row) } == [[1]] && comparison.apart == [2, 3])
    }

    @Test("budgets that come to the same share are one, whatever their words are")
    func oneShare() throws {
        let runs = [
            try comparedRun(), try comparedRun("tova:slots=0.5", drops: [[2, 2], [2, 1]], budget: "50%"),
            try comparedRun(
                "window:sinks=1,window=0.4", drops: [[2, 2], [2, 1]], losses: [[1, 2, 4], [1, 1]], budget: "1+40%"),
            try comparedRun("tova:slots=0.25", drops: [[3, 3], [2, 2]], budget: "25%"),
        ]
        let standings = try PolicyComparison(runs).standings
        #expect(standings.map(\.budget) == ["50%", "25%"])
        #expect(standings.map { [$0.best] + $0.rivals.map(\.row) } == [[1, 2], [3]])
    }

    @Test("a row that keeps another share than its budget's stands with the budget it keeps, or apart")
    func othersShare() throws {
        func runs(_ drops: [[Int]]) throws -> [ComparedRun] {
            [
                try comparedRun(), try comparedRun("tova:slots=0.5", drops: [[2, 2], [2, 1]], budget: "50%"),
                try comparedRun("tova:slots=0.25", drops: [[3, 3], [2, 2]], budget: "25%"),
                // The same budget on half of the heads.
                try comparedRun(
                    "tova:slots=0.5", drops: drops, shape: { $0.kvHeads = 1 },
                    header: { $0.checkpointFingerprint = "other" }, budget: "50%"),
            ]
        }
        let other = try PolicyComparison(runs([[1], [2]]))
        #expect(other.standings.map { [$0.best] + $0.rivals.map(\.row) }.map(Set.init) == [[1], [2, 3]])
        #expect(other.apart.isEmpty && other.standings.allSatisfy { $0.prompts == 2 })
        let none = try PolicyComparison(runs([[3], [2]]))
        #expect(none.standings.map { [$0.best] + $0.rivals.map(\.row) } == [[1], [2]] && none.apart == [3])
    }
}
