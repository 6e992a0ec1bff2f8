import Capacity
import Comparison
import Descriptions
import TestSupport
import Testing

@Suite("From where on a policy pays")
struct PayoffTests {
    private func request(_ model: String = "llama-2-13b", prompt: Int = 3072, new: Int = 1024) throws -> PlanRequest {
        PlanRequest(model: try .named(model), gpu: try .named("h100-sxm"), promptTokens: prompt, newTokens: new)
    }

    private func step(_ word: String, batch: Int, _ request: PlanRequest) throws -> Double {
        try Planner(request).plan(for: PlanVariant(word)).meanStepTime(batch: batch).seconds
    }

    private func throughput(_ word: String, _ request: PlanRequest) throws -> Double? {
        try Planner(request).plan(for: PlanVariant(word)).row().throughputTokensPerSecond
    }

    @Test(
        "the batch and the context are the first of the doublings at which a plan is 5 % better",
        arguments: [
            "tova:slots=0.5", "tova:slots=0.95", "window:sinks=4,window=2000", "h2o:heavy=0.0625,recent=0.0625",
        ])
    func first(word: String) throws {
        let plan = try request()
        let comparison = try PolicyComparison([comparedRun(), comparedRun(word)], plan: plan)
        let payoff = try #require(comparison.payoffs().first)
        let fits = try #require(comparison.rows[0].plan).maxBatch
        let batches = [1, 2, 4, 8, 16, 32, 64].filter { $0 <= fits }
        #expect(
            try payoff.batch
                == batches.first { try step("full", batch: $0, plan) >= 1.05 * step(word, batch: $0, plan) })
        let contexts = [256, 512, 1024, 2048, 4096]
        let first = try contexts.first { context in
            let shorter = try request(prompt: context * 3 / 4, new: context / 4)
            guard let own = try throughput(word, shorter), let plain = try throughput("full", shorter) else {
                return false
            }
            return own >= 1.05 * plain
        }
        #expect(payoff.context == first)
        #expect(payoff.policy == word && payoff.never == (payoff.batch == nil && payoff.context == nil))
    }

    @Test("a budget that holds everything never pays, and the answer would say so")
    func never() throws {
        let comparison = try PolicyComparison(
            [comparedRun(), comparedRun("tova:slots=1.0"), comparedRun("dmc", shape: { $0.dmc = DMCSettings() })],
            plan: request())
        let payoffs = try comparison.payoffs()
        #expect(payoffs.map(\.never) == [true, true], "TOVA with all slots, DMC that merges nothing")
        #expect(payoffs.allSatisfy { $0.throughputRatio ?? 0 < 1.05 })
    }

    @Test("grouped heads pay as the share of heads that they have on the planned model")
    func grouped() throws {
        let run = try comparedRun(drops: [[0], [0]], shape: { $0.kvHeads = 1 })
        let payoff = try #require(PolicyComparison([comparedRun(), run], plan: request()).payoffs().first)
        #expect(payoff.policy == "gqa:20" && !payoff.never)
    }

    @Test("without a plan there is no payoff")
    func noPlan() throws {
        #expect(try PolicyComparison([comparedRun(), comparedRun("tova:slots=2")]).payoffs().isEmpty)
    }
}
