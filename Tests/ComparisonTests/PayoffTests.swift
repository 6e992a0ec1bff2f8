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

    private func pays(_ word: String, context: Int) throws -> Bool {
        let shorter = try request(prompt: context * 3 / 4, new: context / 4)
        guard let own = try throughput(word, shorter) else { return false }
        return try throughput("full", shorter).map { own >= 1.05 * $0 } ?? true
    }

    @Test(
        "batches and contexts are just those at which a plan is 5 % better",
        arguments: [
            "tova:slots=0.5", "tova:slots=0.8", "window:sinks=4,window=2000", "h2o:heavy=0.0625,recent=0.0625",
        ])
    func places(word: String) throws {
        let plan = try request()
        let comparison = try PolicyComparison([comparedRun(), comparedRun(word)], plan: plan)
        let payoff = try #require(comparison.payoffs.first)
        let fits = try #require(comparison.rows[0].plan).maxBatch
        let batches = try (1...fits).filter { try step("full", batch: $0, plan) >= 1.05 * step(word, batch: $0, plan) }
        #expect(payoff.batches.map { Array($0.from...$0.to) } ?? [] == batches)
        #expect(payoff.plainFits == fits && payoff.policy == word)
        let contexts = try stride(from: 256, through: 4096, by: 192).filter { try pays(word, context: $0) }
        let found = payoff.contexts.map { found in
            stride(from: 256, through: 4096, by: 192).filter { found.from <= $0 && $0 <= found.to }
        }
        #expect(found ?? [] == contexts)
        #expect(payoff.contextsLookedAt == Stretch(from: 256, to: 4096) && !payoff.lacksRoom)
        #expect(payoff.never == (batches.isEmpty && contexts.isEmpty))
        if let from = payoff.contexts?.from, from > 256 {
            #expect(try pays(word, context: from) && !pays(word, context: from - 16))
        }
    }

    @Test("contexts are looked at where times were measured and the model knows them, and always at the planned one")
    func contexts() throws {
        func looked(_ model: String, _ gpu: String, prompt: Int, new: Int) throws -> Stretch? {
            let plan = PlanRequest(model: try .named(model), gpu: try .named(gpu), promptTokens: prompt, newTokens: new)
            return try PolicyComparison([comparedRun(), comparedRun("tova:slots=0.5")], plan: plan).payoffs[0]
                .contextsLookedAt
        }
        #expect(try looked("llama-2-7b", "a100-80gb", prompt: 64, new: 32)?.from == 96)
        // The model knows 8,192 tokens; times were measured up to 4,096.
        #expect(try looked("llama-3-8b", "h100-sxm", prompt: 3072, new: 1024) == Stretch(from: 256, to: 4096))
        #expect(try looked("llama-3-8b", "h100-sxm", prompt: 6000, new: 144) == Stretch(from: 256, to: 6144))
        #expect(try looked("llama-2-7b", "h100-sxm", prompt: 4, new: 4)?.from == 16)
    }

    @Test("a budget that holds everything never pays")
    func never() throws {
        let comparison = try PolicyComparison(
            [comparedRun(), comparedRun("tova:slots=1.0"), comparedRun("dmc", shape: { $0.dmc = DMCSettings() })],
            plan: request())
        let payoffs = comparison.payoffs
        #expect(payoffs.map(\.never) == [true, true], "TOVA with all slots, DMC that merges nothing")
    }

    @Test("where the model does not fit at all nothing is said to pay or not")
    func noRoom() throws {
        let plan = PlanRequest(
            model: try .named("llama-2-70b"), gpu: try .named("rtx-4090"), promptTokens: 3072, newTokens: 1024)
        let comparison = try PolicyComparison(
            [comparedRun(), comparedRun("tova:slots=0.5"), comparedRun("window:sinks=1,window=1")], plan: plan)
        let payoffs = comparison.payoffs
        #expect(payoffs.allSatisfy { $0.lacksRoom && !$0.never && $0.contextsLookedAt == nil && $0.fits == 0 })
    }

    @Test("where only the policy fits a sequence, that is the gain, and no equal batch is spoken of")
    func onlyThePolicyFits() throws {
        let plan = PlanRequest(
            model: try .named("llama-2-7b"), gpu: try .named("rtx-4090"), promptTokens: 19_456, newTokens: 1024)
        let comparison = try PolicyComparison([comparedRun(), comparedRun("tova:slots=0.1")], plan: plan)
        let payoff = try #require(comparison.payoffs.first)
        #expect(payoff.plainFits == 0 && payoff.fits > 0 && payoff.batches == nil && !payoff.never)
        #expect(payoff.contexts?.to == 20_480)
    }

    @Test("grouped heads pay as the share of heads that they have on the planned model")
    func grouped() throws {
        let run = try comparedRun(drops: [[0], [0]], shape: { $0.kvHeads = 1 })
        let payoff = try #require(PolicyComparison([comparedRun(), run], plan: request()).payoffs.first)
        #expect(payoff.policy == "gqa:20" && !payoff.never)
    }

    @Test("without a plan there is no payoff")
    func noPlan() throws {
        #expect(try PolicyComparison([comparedRun(), comparedRun("tova:slots=2")]).payoffs.isEmpty)
    }
}
