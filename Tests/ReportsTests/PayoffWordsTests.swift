import Capacity
import Comparison
import Descriptions
import Reports
import TestSupport
import Testing

@Suite("Where a policy pays, in words")
struct PayoffWordsTests {
    private func answers(
        _ words: String..., model: String = "llama-2-13b", gpu: String = "h100-sxm", prompt: Int = 3072
    ) throws -> [String] {
        let plan = PlanRequest(
            model: try .named(model), gpu: try .named(gpu), promptTokens: prompt, newTokens: 1024)
        let runs = ["full"] + words
        return try ComparisonReport(PolicyComparison(runs.map { try comparedRun($0) }, plan: plan)).answers()
    }

    @Test("batches and contexts are named with the range that was looked at")
    func ranges() throws {
        #expect(
            try answers("window:sinks=4,window=2000").contains {
                $0.hasPrefix("window:sinks=4,window=2000: for sequences of 4,096 tokens a step is 5 % shorter ")
                    && $0.contains("from batch") && $0.contains("throughput at the largest batch is 5 % higher from ")
                    && $0.hasSuffix(" tokens of context on.")
            })
        #expect(
            try answers("tova:slots=0.1").contains {
                $0.hasSuffix("throughput at the largest batch is 5 % higher at every context from 256 to 4,096 tokens.")
            })
    }

    @Test("a budget that holds everything never pays")
    func never() throws {
        #expect(
            try answers("tova:slots=1.0").contains(
                "tova:slots=1.0: never pays on 1 x h100-sxm: for sequences of 4,096 tokens a step is 5 % shorter than with "
                    + "the plain cache at no batch that fits with both, and at no context from 256 to 4,096 tokens is "
                    + "throughput at the largest batch 5 % higher."))
    }

    @Test("a plain cache under other weights is not said to pay or not, and one policy on two models is told apart")
    func twoModels() throws {
        let plan = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024)
        let other = try comparedRun(name: "other", header: { ($0.checkpointFingerprint, $0.model) = ("d", "other") })
        let answers = try ComparisonReport(
            PolicyComparison([comparedRun(), other, comparedRun("tova:slots=0.5")], plan: plan)
        ).answers()
        #expect(!answers.contains { $0.hasPrefix("full") })
        #expect(answers.contains { $0.contains(": for sequences of 4,096 tokens") })
    }

    @Test("where the model does not fit at all nothing is said to pay or not")
    func noRoom() throws {
        let answers = try answers(
            "tova:slots=0.5", "window:sinks=1,window=1", model: "llama-2-70b", gpu: "rtx-4090")
        #expect(!answers.contains { $0.contains("never") })
        #expect(
            answers.contains(
                "Every policy: llama-2-70b does not fit on 1 x rtx-4090: its weights leave no room for a cache; where this "
                    + "would pay cannot be said."))
    }

    @Test("where only the policy fits a sequence that is said, and nothing of equal batches")
    func onlyThePolicyFits() throws {
        let answers = try answers("tova:slots=0.1", model: "llama-2-7b", gpu: "rtx-4090", prompt: 19_456)
        #expect(answers.contains { $0.contains(" sequences of 20,480 tokens fit, and with the plain cache none") })
        #expect(!answers.contains { $0.contains("at no batch") || $0.contains("never") })
    }
}
