import Capacity
import Foundation
import TestSupport
import Testing

@Suite("Where theory knows the answer, the simulation finds it")
struct QueueTests {
    /// An engine that takes so long for a request, one at a time.
    private func server(seconds: Double) -> ServingEngine {
        ServingEngine(pages: 1, curve: { _, _ in FlatCurve(pagesPerToken: 0) }, stepSeconds: { _ in seconds })
    }

    private var oneByOne: SimulationSettings {
        var settings = SimulationSettings()
        settings.maxSequences = 1
        return settings
    }

    @Test("One at a time and a fixed service: the mean wait is that of M/D/1", arguments: [0.3, 0.6, 0.8])
    func singleServer(load: Double) throws {
        // Means of independent runs, so that their spread tells the error of the mean of means.
        let means = try (0..<30).map { seed -> Double in
            let workload = try Workload(
                rate: load, count: 4000, lengths: .init(promptTokens: 8, newTokens: 1), seed: UInt64(seed))
            var simulator = Simulator(server(seconds: 1), workload: workload, settings: oneByOne)
            let waits = simulator.run().requests.map { ($0.started ?? .nan) - $0.request.arrival }
            return waits.reduce(0, +) / Double(waits.count)
        }
        let mean = means.reduce(0, +) / Double(means.count)
        let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(means.count - 1)
        let error = (variance / Double(means.count)).squareRoot()
        // Pollaczek and Khinchine: ρ·D / 2(1 − ρ).
        let theory = load / (2 * (1 - load))
        #expect(abs(mean - theory) < 3.5 * error, "\(mean) ± \(error), theory \(theory)")
        #expect(error < 0.1 * theory)
    }

    @Test("Gaps of gamma arrivals have the mean and the spread of their shape", arguments: [0.25, 1, 4])
    func gamma(shape: Double) throws {
        let count = 40_000
        let workload = try Workload(
            rate: 5, burstiness: shape, count: count, lengths: .init(promptTokens: 1, newTokens: 1), seed: 11)
        let arrivals = workload.requests.map(\.arrival)
        let gaps = zip(arrivals, [0] + arrivals).map { $0 - $1 }
        let mean = gaps.reduce(0, +) / Double(count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        // Mean 1/rate; squared coefficient of variation 1/shape.
        #expect(abs(mean * 5 - 1) < 4 / (shape * Double(count)).squareRoot())
        #expect(abs(variance / (mean * mean) * shape - 1) < 0.08)
    }

    @Test("The highest rate of a server is what its service allows, and so are the replicas for a rate")
    func search() throws {
        // Even arrivals and a service of 0.1 s: 10 a second, and four servers for 35.
        let requests = (0..<2000).map { Workload.Request(arrival: Double($0), promptTokens: 1, newTokens: 1) }
        let workload = try Workload(name: "even", requests: requests)
        var settings = oneByOne
        settings.objective = ServiceObjective(ttftSeconds: 0.15, tpotSeconds: 1, attainment: 0.99)
        let search = ServiceSearch(engine: server(seconds: 0.1), requests: workload.requests, settings: settings)
        guard case .found(let rate) = search.highestRate() else {
            Issue.record("no rate found")
            return
        }
        #expect((9.8...10.1).contains(rate))
        #expect(search.replicasNeeded(rate: 35) == 4)
        #expect(search.replicasNeeded() == 1)
        settings.objective.ttftSeconds = 0.05
        let hopeless = ServiceSearch(engine: server(seconds: 0.1), requests: workload.requests, settings: settings)
        #expect(hopeless.highestRate() == .never)
        #expect(hopeless.replicasNeeded() == nil)
        settings.objective.ttftSeconds = 1e6
        let easy = ServiceSearch(engine: server(seconds: 0.1), requests: workload.requests, settings: settings)
        // However long they may wait, no more can come than leave.
        guard case .found(let most) = easy.highestRate() else {
            Issue.record("no rate found")
            return
        }
        #expect((9.9...10).contains(most))
    }

    @Test("Requests that come within less than five latencies, however often, tell no rate of a service that goes on")
    func steady() throws {
        let requests = (0..<7).map { Workload.Request(arrival: Double($0), promptTokens: 1, newTokens: 1) }
        func isSteady(seconds: Double, rate: Double) -> Bool {
            ServiceSearch(engine: server(seconds: seconds), requests: requests, settings: oneByOne)
                .isSteady(rate: rate, replicas: 4000)
        }
        // 20,000 at 10,000 a second come within 2 s, and fewer at once than there are servers wait for none.
        #expect(isSteady(seconds: 0.39, rate: 10_000) && !isSteady(seconds: 0.41, rate: 9_800))
    }
}
