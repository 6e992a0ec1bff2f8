import Descriptions
import TestSupport
import Testing
import Traces

@Suite("A recording in figures")
struct TraceSummaryTests {
    /// One layer, two heads. Prompt a: 4 tokens, all given; head 0 keeps 4, head 1 keeps 1.
    /// Prompt b: 8 tokens, 4 given; head 0 keeps 4 of the given and 2 of the generated, head 1 keeps 1 and 1.
    private var prompts: [PromptTrace] {
        [
            prompt("a", given: 4, ["0000", "0111"], [1, 2, 3]),
            prompt("b", given: 4, ["00000110", "01110111"], [1, 1, 1, 0.5, 0.5, 0.25, 0.75]),
        ]
    }

    private var summary: TraceSummary {
        TraceSummary(header: SampleTrace.header(layers: 1, kvHeads: 2), prompts: prompts)
    }

    private func prompt(_ id: String, given: Int, _ heads: [String], _ likelihoods: [Float]) -> PromptTrace {
        var bits = DecisionBits(layers: 1, kvHeads: heads.count, tokens: heads[0].count)
        for (head, decisions) in heads.enumerated() {
            for (t, decision) in decisions.enumerated() { bits[0, head, t] = decision == "1" }
        }
        return PromptTrace(
            id: id, promptTokens: given, decisions: bits, negativeLogLikelihoods: likelihoods,
            tokenDigest: Array(repeating: 0, count: 32))
    }

    @Test("Compression is tokens over slots, not a mean of ratios")
    func ratios() {
        #expect(summary.tokens == 12 && summary.slots == 13)
        #expect(summary.compressionRatio == 24.0 / 13)
        #expect(summary.headRatios == [[12.0 / 10, 12.0 / 3]])
        #expect(summary.layerRatios == [24.0 / 13])
        #expect(summary.prompts.map(\.compressionRatio) == [8.0 / 5, 16.0 / 8])
    }

    @Test("Given and generated tokens are told apart")
    func parts() {
        #expect(summary.promptTokens == 8 && summary.generatedTokens == 4)
        #expect(summary.promptCompressionRatio == 16.0 / 10)
        #expect(summary.generatedCompressionRatio == 8.0 / 3)
        #expect(summary.prompts[0].generatedCompressionRatio == nil)
        #expect(summary.prompts[1].generatedCompressionRatio == 8.0 / 3)
        #expect(summary.prompts[1].promptSlots == [[4, 1]] && summary.prompts[1].slots == [[6, 2]])
    }

    @Test("Negative log-likelihood is a mean over predicted tokens, not over prompts")
    func likelihoods() {
        #expect(summary.meanNegativeLogLikelihood == 11.0 / 10)
        #expect(summary.promptNegativeLogLikelihood == 9.0 / 6)
        #expect(summary.generatedNegativeLogLikelihood == 2.0 / 4)
        #expect(summary.prompts[0].meanNegativeLogLikelihood == 2)
    }

    @Test("A head's spread over prompts is that of its ratios")
    func spread() {
        let spread = summary.heads[0][0].spread
        #expect(spread.minimum == 1 && spread.maximum == 8.0 / 6)
        #expect(abs(spread.mean - 7.0 / 6) < 1e-12)
        #expect(abs(spread.coefficientOfVariation - (1.0 / 6) / (7.0 / 6)) < 1e-12)
        #expect(summary.heads[0][1].spread == RatioSpread([4, 4]))
        #expect(summary.promptSpread == RatioSpread([1.6, 2]))
        #expect(RatioSpread([3]).coefficientOfVariation == 0)
    }

    @Test("Heads are ranked by compression, equal ones by place")
    func ranking() {
        #expect(summary.mostCompressedHeads.map(\.kvHead) == [1, 0])
        let equal = TraceSummary(
            header: SampleTrace.header(layers: 1, kvHeads: 3),
            prompts: [prompt("a", given: 2, ["01", "00", "01"], [1])])
        #expect(equal.mostCompressedHeads.map(\.kvHead) == [0, 2, 1])
    }

    @Test("A recording without prompts compresses nothing, and predicted nothing")
    func noPrompts() {
        let empty = TraceSummary(header: SampleTrace.header(), prompts: [PromptTrace]())
        #expect(empty.compressionRatio == 1 && empty.promptCompressionRatio == 1 && empty.layerRatios == [1, 1])
        #expect(empty.headRatios.isEmpty && empty.mostCompressedHeads.isEmpty && empty.promptSpread == nil)
        #expect(empty.meanNegativeLogLikelihood == nil && empty.generatedCompressionRatio == nil)
    }

    @Test("A prompt of one token has a ratio and no likelihood")
    func oneToken() {
        let summary = PromptSummary(prompt("a", given: 1, ["0", "0"], []))
        #expect(summary.compressionRatio == 1 && summary.meanNegativeLogLikelihood == nil)
    }

    @Test("Figures from the file are those from the prompts")
    func fromFile() throws {
        let folder = try TemporaryFolder()
        try SampleTrace.write(SampleTrace.prompts(), to: folder.file("a.hrt"))
        let reader = try TraceReader(path: folder.file("a.hrt"))
        #expect(
            try TraceSummary(reader) == TraceSummary(header: SampleTrace.header(), prompts: SampleTrace.prompts()))
    }
}
