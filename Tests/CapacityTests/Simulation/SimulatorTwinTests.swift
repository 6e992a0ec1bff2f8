import Capacity
import Descriptions
import TestSupport
import Testing
import Traces

@Suite("The simulation agrees with a plain one, token by token and head by head")
struct SimulatorTwinTests {
    /// A small shape on one GPU, so many bytes of cache, on an engine whose prompts end in a decode step or in prefill.
    private func request(
        _ trace: RecordedTrace, page: Int, budget: Int, promptsEndInDecode: Bool
    ) throws -> PlanRequest {
        var gpu = try GPU.named("l40s")
        gpu.efficiencies.firstTokenSteps = promptsEndInDecode ? 1 : 0
        return PlanRequest(
            model: PlannedModel(name: "own", configuration: trace.header.configuration), gpu: gpu, promptTokens: 1,
            newTokens: 1, lengths: .trace(trace), pageSlots: page, budgetBytes: budget)
    }

    /// The plain simulator of the same engine.
    private func plain(
        _ run: SimulationRun, _ plan: VariantPlan, page: Int, settings: SimulationSettings, headBytes: Int
    ) -> PlainSimulator {
        let shape = plan.configuration
        var twin = PlainSimulator(
            heads: shape.layers * shape.kvHeads, pageSlots: page, pageBytes: page * 2 * shape.headDim * 2,
            headBytes: headBytes, pages: run.pagesPerGPU, maxTokens: settings.maxBatchedTokens,
            maxSequences: settings.maxSequences
        ) { step in
            var load = StepLoad()
            (load.sequences, load.attended) = (step.sequences, Double(step.attended))
            load.longest = Double(step.longest)
            (load.chunkTokens, load.chunkPairs) = (step.chunkTokens, Double(step.chunkPairs))
            (load.chunkSlots, load.endingPrompts) = (Double(step.chunkSlots), step.endingPrompts)
            return plan.stepTime(for: load).seconds
        }
        twin.promptEndsInDecode = plan.request.gpu.efficiencies.firstTokenSteps > 0
        return twin
    }

    private func expectSame(_ run: SimulationRun, _ endings: [PlainSimulator.Ending]) {
        for (number, (request, ending)) in zip(run.requests, endings).enumerated() {
            #expect(request.started == ending.started, "request \(number)")
            #expect(request.firstToken == ending.firstToken, "request \(number)")
            #expect(request.lastToken == ending.lastToken, "request \(number)")
            #expect(request.preemptions == ending.preemptions, "request \(number)")
        }
    }

    @Test("Under recorded decisions, replayed and extended", arguments: [1, 5, 16])
    func recorded(page: Int) throws {
        let trace = try sampleTrace(prompts: 5, tokens: 60...90)
        let request = try request(trace, page: page, budget: 500_000, promptsEndInDecode: page > 1)
        let workload = try Workload.random(
            60, seed: UInt64(page), rate: 4000, prompt: 1...80, new: 1...60)
        var settings = SimulationSettings()
        (settings.maxBatchedTokens, settings.maxSequences, settings.seed) = (48, 9, 7)
        let run = try Simulation(request, workload: workload, settings: settings).run(.dmc)
        let plan = try Planner(request).plan(for: .dmc)
        // Per head 13 · 33 numbers of open segment in 16 bit (window 12, D = 16), and 12 bytes of lengths.
        let twin = plain(run, plan, page: page, settings: settings, headBytes: 13 * 33 * 2 + 12)
        let jobs = zip(workload.requests, run.requests).map { request, simulated -> PlainSimulator.Job in
            let replay = PlainReplay(trace.prompts[simulated.recordedPrompt ?? 0])
            let kvHeads = trace.header.configuration.kvHeads
            return PlainSimulator.Job(
                arrival: request.arrival, promptTokens: request.promptTokens, newTokens: request.newTokens,
                rule: .merges { head, token in
                    let (layer, kvHead) = (head / kvHeads, head % kvHeads)
                    return replay.slots(layer: layer, kvHead: kvHead, after: token + 1)
                        == replay.slots(layer: layer, kvHead: kvHead, after: token)
                })
        }
        expectSame(run, twin.run(jobs))
        #expect(run.requests.contains { $0.preemptions > 0 })
        #expect(run.requests.contains { $0.extendedFrom != nil })
        #expect(run.requests.contains { $0.outcome == .completed && $0.request.promptTokens > 48 })
    }

    @Test(
        "Under plain attention and evictions, whole prompts among them",
        arguments: ["full", "window:sinks=4,window=20", "window:sinks=4,window=20,prefill=full"])
    func arithmetic(word: String) throws {
        let trace = try sampleTrace(prompts: 2)
        let request = try request(trace, page: 4, budget: 500_000, promptsEndInDecode: word != "full")
        let workload = try Workload.random(60, seed: 3, rate: 4000, prompt: 1...80, new: 1...60)
        var settings = SimulationSettings()
        (settings.maxBatchedTokens, settings.maxSequences) = (50, 12)
        let variant = try PlanVariant(word)
        let run = try Simulation(request, workload: workload, settings: settings).run(variant)
        let plan = try Planner(request).plan(for: variant)
        let twin = plain(run, plan, page: 4, settings: settings, headBytes: 12)
        let jobs = workload.requests.map { request in
            PlainSimulator.Job(
                arrival: request.arrival, promptTokens: request.promptTokens, newTokens: request.newTokens,
                rule: .budget(word == "full" ? .max : 24, wholePrompt: word.hasSuffix("full")))
        }
        expectSame(run, twin.run(jobs))
        #expect(run.requests.contains { $0.outcome == .completed })
        if word == "full" { #expect(run.requests.contains { $0.preemptions > 0 }) }
    }
}
