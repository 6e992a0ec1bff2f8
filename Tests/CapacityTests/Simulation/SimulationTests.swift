import Capacity
import Descriptions
import TestSupport
import Testing

@Suite("Services of models on GPUs are simulated")
struct SimulationTests {
    private func simulation(
        _ workload: Workload, gpus: Int = 1, change: (inout PlanRequest, inout SimulationSettings) throws -> Void
    ) throws -> Simulation {
        var request = try request("llama-2-7b", "a100-80gb", prompt: 1, new: 1) { $0.gpus = gpus }
        var settings = SimulationSettings()
        try change(&request, &settings)
        return try Simulation(request, workload: workload, settings: settings)
    }

    @Test("Under light load a request takes its chunks of prompt and its decode steps, one after another")
    func lightLoad() throws {
        let requests = (0..<5).map {
            Workload.Request(arrival: Double($0) * 1000, promptTokens: 700 + 50 * $0, newTokens: 30)
        }
        let run = try simulation(try Workload(name: "light", requests: requests)) { _, settings in
            settings.maxBatchedTokens = 512
        }.run(.full)
        let heads = 32 * 32
        for simulated in run.requests {
            let asked = simulated.request
            let plan = try Planner(
                try request("llama-2-7b", "a100-80gb", prompt: asked.promptTokens, new: asked.newTokens) {
                    $0.prefillChunk = 512
                }
            ).plan(for: .full)
            // LMDeploy feeds a prompt's last token in a decode step, which gives the first new one.
            let fed = asked.promptTokens - 1
            var prefill = 0.0
            for start in stride(from: 0, to: fed, by: 512) {
                let end = min(start + 512, fed)
                var load = StepLoad()
                load.chunkTokens = end - start
                load.chunkPairs = Double(heads * ((start + 1)...end).reduce(0, +))
                load.chunkSlots = Double(heads * end)
                prefill += plan.stepTime(for: load).seconds
            }
            func step(_ tokens: Int) -> Double {
                plan.stepTime(for: StepLoad(sequences: 1, each: Double(heads * tokens))).seconds
            }
            prefill += step(asked.promptTokens)
            let decode = (1..<asked.newTokens).reduce(0.0) { $0 + step(asked.promptTokens + $1) }
            let (ttft, latency) = (try #require(simulated.ttft), try #require(simulated.latency))
            #expect(abs(ttft / prefill - 1) < 1e-9)
            #expect(abs((latency - ttft) / decode - 1) < 1e-9)
            // The plan's own figures: a first token, and a mean step, whose lengths differ by one token.
            #expect(abs(ttft / (plan.row().ttftSeconds ?? 0) - 1) < 0.1)
            #expect(abs((simulated.tpot ?? 0) / plan.meanStepTime(batch: 1).seconds - 1) < 0.01)
        }
    }

    @Test("What fits at once is what the plan says fits", arguments: ["full", "gqa:8", "h2o:heavy=0.25,recent=0.25"])
    func largestBatch(word: String) throws {
        // All at once, four prompts a step; the first has not ended when the last that fits comes in.
        let workload = try Workload(
            name: "burst",
            requests: (0..<200).map { _ in Workload.Request(arrival: 0, promptTokens: 4000, newTokens: 90) })
        let run = try simulation(workload) { _, settings in settings.maxBatchedTokens = 16_384 }
            .run(try PlanVariant(word)).row()
        func largest(new: Int) throws -> Int {
            try row(word, "llama-2-7b", "a100-80gb", prompt: 4000, new: new) { $0.prefillChunk = 16_384 }.maxBatch
        }
        // Some hold 4,000 tokens when the last is admitted, some nearly 4,090.
        #expect(run.peakRunning >= (try largest(new: 90)))
        #expect(run.peakRunning <= (try largest(new: 1)) + 1)
        #expect(run.completed == 200)
    }

    @Test("Compression serves more within the same memory, and waits less")
    func compression() throws {
        let workload = try Workload(rate: 7, count: 300, lengths: .init(promptTokens: 1500, newTokens: 200), seed: 5)
        let simulation = try simulation(workload) { request, _ in
            request.lengths = .ratio(4)
            request.variants = [.full]
        }
        let rows = try simulation.variants().map { try simulation.run($0).row() }
        #expect(rows.map(\.policy) == ["full", "dmc"])
        #expect(rows[0].isSaturated && !rows[1].isSaturated)
        #expect((rows[0].ttft?.p50 ?? 0) > (rows[1].ttft?.p50 ?? .infinity))
        #expect(rows[0].preemptions > 0 && rows[1].preemptions == 0)
        #expect(rows[0].peakPagesShare > 0.99 && rows[1].peakPagesShare < 0.9)
        #expect(rows[0].notes.contains { $0.contains("saturated") })
    }

    @Test("Whole prompts before a cut take more pages early than the budget does")
    func earlyPeak() throws {
        let workload = try Workload(
            name: "one", requests: [Workload.Request(arrival: 0, promptTokens: 2000, newTokens: 100)])
        let simulation = try simulation(workload) { _, _ in }
        let online = try simulation.run(try PlanVariant("tova:slots=128")).row()
        let whole = try simulation.run(try PlanVariant("tova:slots=128,prefill=full"))
        #expect(whole.row().peakPagesShare > 10 * online.peakPagesShare)
        let pages = whole.log.timeline.entries.map(\.pages)
        // LMDeploy feeds the prompt's last token in a step of its own, and the policy cuts behind it.
        #expect(pages[1] == pages.max() && pages[2] * 10 < pages[1])
    }

    @Test("Several GPUs are as full as the fullest of them")
    func tensorParallelism() throws {
        let trace = try sampleTrace(prompts: 4)
        let workload = try Workload.random(80, seed: 1, rate: 20, prompt: 50...300, new: 10...100)
        for gpus in [1, 2, 4] {
            let run = try simulation(workload, gpus: gpus) { request, _ in
                request.lengths = .trace(trace)
                request.budgetBytes = gpus << 30
            }.run(.dmc)
            #expect(run.pagesPerGPU == (1 << 30) / run.pageBytes)
            #expect(run.requests.allSatisfy { $0.outcome == .completed })
            #expect(run.log.timeline.entries.allSatisfy { $0.pages <= run.pagesPerGPU })
        }
    }

    @Test("Dollars per million tokens are the GPUs' hours over the tokens generated")
    func price() throws {
        let workload = try Workload(rate: 2, count: 100, lengths: .init(promptTokens: 200, newTokens: 50), seed: 2)
        let row = try simulation(workload) { _, settings in
            settings.pricePerHour = 3.6
            settings.replicas = 2
        }.run(.full).row()
        // 3.6 dollars an hour are a thousandth a second; two GPUs, 5,000 tokens.
        let expected = 0.001 * 2 * row.seconds / (5000 / 1e6)
        #expect(abs((row.dollarsPerMillionTokens ?? 0) / expected - 1) < 1e-9)
    }

    @Test("A GPU too small for the weights serves none, and says why")
    func tooSmall() throws {
        let workload = try Workload(rate: 2, count: 5, lengths: .init(promptTokens: 20, newTokens: 5), seed: 2)
        let row = try simulation(workload) { request, _ in request.gpuMemoryBytes = 8 << 30 }.run(.full).row()
        #expect(row.completed == 0 && row.neverFits == 5)
        #expect(row.notes.contains { $0.contains("leave no room") })
    }

    @Test("StreamingLLM alone serves requests beyond the model's context")
    func pastContext() throws {
        let workload = try Workload(
            name: "long", requests: [Workload.Request(arrival: 0, promptTokens: 5000, newTokens: 10)])
        let simulation = try simulation(workload) { _, _ in }
        #expect(try simulation.run(.full).row().overContext == 1)
        #expect(try simulation.run(try PlanVariant("streaming:sinks=4,window=1000")).row().completed == 1)
    }

    @Test("In a closed loop as many requests are under way as there are clients, and each follows one that ended")
    func closedLoop() throws {
        let lengths = Workload.Lengths(promptTokens: 300, newTokens: 40, spread: 0.5)
        let workload = try Workload(clients: 4, count: 30, lengths: lengths, seed: 3)
        let run = try simulation(workload) { _, _ in }.run(.full)
        let ends = run.requests.compactMap(\.lastToken)
        #expect(ends.count == 30 && run.row().peakRunning == 4)
        for (number, request) in run.requests.enumerated() {
            #expect(request.request.arrival == (number < 4 ? 0 : ends[number - 4]))
            #expect((150...450).contains(request.request.promptTokens))
        }
        #expect(Set(run.requests.map(\.request.promptTokens)).count > 10)
    }

    @Test("A service that takes pages away from half of its requests does not keep up, and says why")
    func preempted() throws {
        let workload = try Workload(
            rate: 1e6, count: 64, lengths: .init(promptTokens: 2048, newTokens: 2048), seed: 0)
        let row = try simulation(workload) { _, _ in }.run(.full).row()
        #expect(row.preemptedRequests > 20 && row.isSaturated)
        #expect(row.notes.contains { $0.contains("saturated") })
        let slow = try Workload(rate: 0.2, count: 20, lengths: .init(promptTokens: 2048, newTokens: 128), seed: 0)
        #expect(try simulation(slow) { _, _ in }.run(.full).row().saturation == nil)
    }

    @Test("More requests than leave while the batch is full are saturation, however few lose their pages")
    func faster() throws {
        let lengths = Workload.Lengths(promptTokens: 1024, newTokens: 256)
        let row = try simulation(try Workload(rate: 6, count: 2000, lengths: lengths, seed: 0)) { _, _ in }
            .run(.full).row()
        #expect(10 * row.preemptedRequests < row.completed && row.backlog > 50)
        #expect(row.state == .saturated && row.saturation?.contains("faster than they left") == true)
        let slower = try simulation(try Workload(rate: 5, count: 2000, lengths: lengths, seed: 0)) { _, _ in }
            .run(.full).row()
        #expect(slower.state == .keepsUp && slower.saturation == nil)
    }

    @Test("A burst that is served within the limits is no saturation; the same burst is where it misses them")
    func burst() throws {
        let lengths = Workload.Lengths(promptTokens: 100, newTokens: 10)
        let workload = try Workload(rate: 4, burstiness: 0.001, count: 300, lengths: lengths, seed: 0)
        let row = try simulation(workload) { _, _ in }.run(.full).row()
        #expect(row.attainment == 1 && row.backlog > 100 && row.state == .keepsUp)
        let strict = try simulation(workload) { _, settings in settings.objective.ttftSeconds = 0.5 }.run(.full).row()
        #expect(strict.state == .saturated)
    }

    @Test("The highest rate, and the replicas for a rate, hardly depend on how many requests are looked at")
    func fewRequests() throws {
        func row(_ count: Int) throws -> SimulationRow {
            let lengths = Workload.Lengths(promptTokens: 1024, newTokens: 256)
            let workload = try Workload(rate: 4, count: count, lengths: lengths, seed: 0)
            return try simulation(workload) { _, _ in }.run(.full)
                .row(SimulationRun.Questions(findsRate: true, findsReplicas: true, targetRate: 40))
        }
        let most = try #require(try row(8000).highestRatePerGPU)
        for count in [50, 1000] {
            let other = try row(count)
            #expect(abs(try #require(other.highestRatePerGPU) / most - 1) < 0.05, "\(count)")
            #expect(abs((other.replicasNeeded ?? 0) - Int((40 / most).rounded(.up))) <= 1, "\(count)")
            #expect(other.notes.allSatisfy { !$0.contains("too high") && !$0.contains("too few") })
        }
    }

    @Test("A rate that is said to be the highest is served as fast as it comes")
    func sustained() throws {
        let lengths = Workload.Lengths(promptTokens: 1024, newTokens: 256)
        let few = try Workload(rate: 4, count: 200, lengths: lengths, seed: 0)
        let found = try simulation(few) { _, _ in }.run(.full).row(SimulationRun.Questions(findsRate: true))
        let rate = try #require(found.highestRatePerGPU)
        let long = try simulation(try Workload(rate: 1.3 * rate, count: 6000, lengths: lengths, seed: 1)) { _, _ in }
            .run(.full).row()
        // Far more than it serves come: what leaves is what it serves, but for the time at the ends.
        #expect(rate < 1.03 * long.requestThroughput)
    }

    @Test("Where every request is rejected the state says so, and no note is on times")
    func rejected() throws {
        let workload = try Workload(rate: 1, count: 3, lengths: .init(promptTokens: 5000, newTokens: 5), seed: 0)
        let row = try simulation(workload) { _, _ in }.run(.full).row()
        #expect(row.state == .servesNone && row.overContext == 3 && row.timeNotes.isEmpty)
    }

    @Test("Pages in one table for all heads, or handed out ahead, hold less than pages of a head's own")
    func tables() throws {
        let trace = try sampleTrace(prompts: 4)
        let workload = try Workload.random(40, seed: 1, rate: 20, prompt: 50...300, new: 10...100)
        func most(_ change: @escaping (inout PlanRequest) -> Void) throws -> Double {
            try simulation(workload) { request, _ in
                request.lengths = .trace(trace)
                change(&request)
            }.run(.dmc).row().peakPagesShare
        }
        let own = try most { _ in }
        let layer = try most { $0.tableSharing = .layer }
        let shared = try most { $0.tableSharing = .shared }
        #expect(own < layer && layer < shared)
        #expect(try most { $0.allocation = .ahead } > own)
    }

    @Test("A row says where its times come from, how far off they may be, and of whom its shares are")
    func origin() throws {
        let requests = [10, 5000, 20].map { Workload.Request(arrival: 0, promptTokens: $0, newTokens: 5) }
        let row = try simulation(try Workload(name: "three", requests: requests)) { _, _ in }.run(.full).row()
        #expect(row.timeSource == .fitted && row.timeError != nil && row.ttftError != nil && row.engine != nil)
        #expect(row.overContext == 1 && row.attainment == 1 && row.attainmentOfAll == 2.0 / 3)
    }
}
