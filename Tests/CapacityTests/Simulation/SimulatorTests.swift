import Capacity
import Foundation
import TestSupport
import Testing

@Suite("Requests are served by continuous batching")
struct SimulatorTests {
    /// An engine whose sequences take a page a token, and whose steps take a second and a thousandth a token.
    private func engine(pages: Int, fed: @escaping (Int) -> Void = { _ in }) -> ServingEngine {
        ServingEngine(
            pages: pages, curve: { _, _ in FlatCurve() },
            stepSeconds: { load in
                fed(load.sequences + load.chunkTokens)
                return 1 + 0.001 * Double(load.sequences + load.chunkTokens)
            })
    }

    @Test("Pages are never over budget nor negative, and all come back", arguments: 0..<8)
    func pages(seed: Int) throws {
        let workload = try Workload.random(120, seed: UInt64(seed), rate: 0.3, prompt: 1...60, new: 1...40)
        var settings = SimulationSettings()
        settings.maxBatchedTokens = 32
        settings.replicas = 1 + seed % 3
        var simulator = Simulator(engine(pages: 100), workload: workload, settings: settings)
        let log = simulator.run()
        for entry in log.timeline.entries { #expect((0...100 * settings.replicas).contains(entry.pages)) }
        #expect(log.timeline.entries.last?.pages == 0)
        #expect(simulator.pools.allSatisfy { $0.used == [0] })
        // The test bites: memory was short.
        #expect(log.requests.contains { $0.preemptions > 0 })
        #expect(log.requests.allSatisfy { $0.outcome == .completed })
    }

    @Test("Tokens are conserved: every one is fed once, and again for each preemption", arguments: 0..<4)
    func tokens(seed: Int) throws {
        let workload = try Workload.random(150, seed: UInt64(seed), rate: 0.4, prompt: 1...50, new: 1...30)
        var fed = 0
        var settings = SimulationSettings()
        settings.maxBatchedTokens = 40
        var simulator = Simulator(engine(pages: 90) { fed += $0 }, workload: workload, settings: settings)
        let log = simulator.run()
        let wanted = workload.requests.reduce(0) { $0 + $1.promptTokens + $1.newTokens - 1 }
        let again = log.requests.reduce(0) { $0 + $1.recomputedTokens }
        #expect(again > 0)
        #expect(fed == wanted + again)
        // A gap before every token but a request's first.
        #expect(log.gaps.count == workload.requests.reduce(0) { $0 + $1.newTokens - 1 })
    }

    @Test("With memory without end nothing is preempted, and with little it is", arguments: 0..<4)
    func endlessMemory(seed: Int) throws {
        let workload = try Workload.random(100, seed: UInt64(seed), rate: 1, prompt: 1...60, new: 1...60)
        func preemptions(pages: Int) -> Int {
            var simulator = Simulator(engine(pages: pages), workload: workload, settings: SimulationSettings())
            return simulator.run().requests.reduce(0) { $0 + $1.preemptions }
        }
        #expect(preemptions(pages: 1 << 40) == 0)
        #expect(preemptions(pages: 130) > 0)
    }

    @Test("The same workload and seed take the same course")
    func deterministic() throws {
        let trace = try sampleTrace()
        let model = PlannedModel(name: "own", configuration: trace.header.configuration)
        let request = PlanRequest(
            model: model, gpu: try .named("l40s"), promptTokens: 1, newTokens: 1, lengths: .trace(trace),
            budgetBytes: 1 << 20)
        func requests(seed: UInt64) throws -> [SimulatedRequest] {
            let workload = try Workload(
                rate: 3000, burstiness: 0.5, count: 200, lengths: .init(promptTokens: 100, newTokens: 50), seed: seed)
            var settings = SimulationSettings()
            settings.seed = seed
            settings.replicas = 2
            return try Simulation(request, workload: workload, settings: settings).run(.dmc).requests
        }
        let first = try requests(seed: 1)
        #expect(try requests(seed: 1) == first)
        #expect(try requests(seed: 2) != first)
        #expect(Set(first.map(\.recordedPrompt)).count > 5)
    }

    @Test("A request that can never fit is rejected and counted, and holds nobody up")
    func neverFits() throws {
        let workload = try Workload(
            name: "three",
            requests: [
                .init(arrival: 0, promptTokens: 90, newTokens: 12), .init(arrival: 0, promptTokens: 90, newTokens: 11),
                .init(arrival: 0, promptTokens: 200, newTokens: 1),
            ])
        var simulator = Simulator(engine(pages: 100), workload: workload, settings: SimulationSettings())
        // 90 + 12 − 1 tokens are one too many for 100 pages: the last token is not fed.
        #expect(simulator.run().requests.map(\.outcome) == [.neverFits, .completed, .neverFits])
    }

    @Test("A request over the model's context is rejected and counted")
    func overContext() throws {
        let workload = try Workload(
            name: "two",
            requests: [
                .init(arrival: 0, promptTokens: 40, newTokens: 11), .init(arrival: 0, promptTokens: 40, newTokens: 10),
            ])
        var engine = engine(pages: 1000)
        engine.contextLimit = 50
        var simulator = Simulator(engine, workload: workload, settings: SimulationSettings())
        #expect(simulator.run().requests.map(\.outcome) == [.overContext, .completed])
    }

    @Test("Prompts are run in chunks beside decoding, within a step's tokens")
    func chunks() throws {
        var loads: [StepLoad] = []
        let engine = ServingEngine(
            pages: 1000, curve: { _, _ in FlatCurve() },
            stepSeconds: {
                loads.append($0)
                return 1
            })
        let workload = try Workload(
            name: "two",
            requests: [
                .init(arrival: 0, promptTokens: 4, newTokens: 5), .init(arrival: 0.5, promptTokens: 20, newTokens: 2),
            ])
        var settings = SimulationSettings()
        settings.maxBatchedTokens = 8
        var simulator = Simulator(engine, workload: workload, settings: settings)
        let requests = simulator.run().requests
        // The first prompt alone; then 7, 7 and 6 tokens of the second beside one decoded each; then both decode.
        #expect(loads.map(\.chunkTokens) == [4, 7, 7, 6, 0])
        #expect(loads.map(\.sequences) == [0, 1, 1, 1, 2])
        #expect(loads.map(\.endingPrompts) == [1, 0, 0, 1, 0])
        #expect(loads.map(\.attended) == [0, 5, 6, 7, 8 + 21])
        #expect(loads.map(\.longest) == [0, 5, 6, 7, 21])
        #expect(loads.map(\.chunkPairs) == [10, 28, 77, 105, 0])
        #expect(loads.map(\.chunkSlots) == [4, 7, 14, 20, 0])
        #expect(requests[0].firstToken == 1 && requests[0].lastToken == 5)
        #expect(requests[1].started == 1 && requests[1].firstToken == 4 && requests[1].lastToken == 5)
        #expect(requests[1].ttft == 3.5 && requests[1].tpot == 1)
    }

    @Test("The sequence admitted last gives its pages back, and is computed again")
    func preemption() throws {
        let workload = try Workload(
            name: "two",
            requests: [
                .init(arrival: 0, promptTokens: 5, newTokens: 4), .init(arrival: 0, promptTokens: 4, newTokens: 4),
            ])
        let engine = ServingEngine(
            pages: 12, curve: { _, _ in FlatCurve() }, stepSeconds: { _ in 1 })
        var simulator = Simulator(engine, workload: workload, settings: SimulationSettings())
        let requests = simulator.run().requests
        // Pages after steps 1, 2: 5 + 4, 6 + 5. In step 3 the first takes the 12th, and the second must give way with 5
        // tokens fed, until the first has ended with its 8th token after step 4. Then 6 tokens are known, and 1 is
        // left.
        #expect(requests[0].lastToken == 4 && requests[0].preemptions == 0)
        #expect(requests[1].preemptions == 1 && requests[1].recomputedTokens == 5)
        #expect(requests[1].firstToken == 1 && requests[1].lastToken == 6 && requests[1].longestGap == 3)
    }

    @Test("Round robin takes replicas in turn; least loaded the one with fewest unfinished requests")
    func dispatch() throws {
        let workload = try Workload(
            name: "four",
            requests: [
                .init(arrival: 0, promptTokens: 1, newTokens: 100), .init(arrival: 1, promptTokens: 1, newTokens: 1),
                .init(arrival: 10, promptTokens: 1, newTokens: 1), .init(arrival: 20, promptTokens: 1, newTokens: 1),
            ])
        func replicas(_ dispatch: SimulationSettings.Dispatch) -> [Int?] {
            var settings = SimulationSettings()
            settings.replicas = 2
            settings.dispatch = dispatch
            var simulator = Simulator(engine(pages: 1000), workload: workload, settings: settings)
            return simulator.run().requests.map(\.replica)
        }
        #expect(replicas(.roundRobin) == [0, 1, 0, 1])
        #expect(replicas(.leastLoaded) == [0, 1, 1, 1])
    }
}
