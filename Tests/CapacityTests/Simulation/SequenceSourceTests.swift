import Capacity
import Descriptions
import TestSupport
import Testing

@Suite("What a request's sequence holds is looked up where all grow alike, and comes to the same")
struct SequenceSourceTests {
    /// 4 layers of 6 heads with 16 channels each, on one GPU.
    private func plan(
        _ word: String, _ lengths: HeadLengthSource = .ratio(AlikeHeads.ratio), prompt: Int = 60, new: Int = 40,
        change: (inout PlanRequest) -> Void = { _ in }
    ) throws -> VariantPlan {
        let shape = try sampleTrace(prompts: 1).header.configuration
        var request = PlanRequest(
            model: PlannedModel(name: "own", configuration: shape), gpu: try .named("l40s"), promptTokens: prompt,
            newTokens: new, lengths: lengths)
        change(&request)
        return try Planner(request).plan(for: PlanVariant(word))
    }

    @Test("Looked up or worked out, it is what a count of pages says", arguments: ["full", "gqa:2", "dmc"])
    func counts(word: String) throws {
        for allocation in PageAllocation.allCases {
            for sharing in TableSharing.allCases {
                for page in [1, 5, 16] {
                    let plan = try plan(word) {
                        ($0.allocation, $0.tableSharing, $0.pageSlots) = (allocation, sharing, page)
                    }
                    let heads = AlikeHeads(word, page: page, allocation: allocation, sharing: sharing)
                    try expect(plan, heads, "\(allocation), \(sharing), \(page) slots a page")
                }
            }
        }
    }

    private func expect(_ plan: VariantPlan, _ heads: AlikeHeads, _ layout: Comment) throws {
        let request = Workload.Request(arrival: 0, promptTokens: 60, newTokens: 40)
        let counts = Array(0...request.tokens)
        for longest in [request.tokens, SequenceSource.mostTabled + 1] {
            let source = try SequenceSource(plan, longest: longest, seed: 0)
            let curve = source.curve(of: request, number: 0)
            #expect(source.gpus == 1)
            #expect(counts.map { curve.pages(after: $0, gpu: 0) } == counts.map(heads.pages), layout)
            #expect(
                counts.map { curve.peakPages(after: $0 / 2, within: $0, gpu: 0) } == counts.map(heads.pages), layout)
            #expect(
                counts.dropFirst().map { curve.attended(by: $0, gpu: 0) } == counts.dropFirst().map(heads.attended),
                layout)
            #expect(
                counts.map { curve.pairs(after: $0 / 2, through: $0, gpu: 0) }
                    == counts.map { count in (count / 2..<count).reduce(0) { $0 + heads.attended(by: $1 + 1) } }, layout
            )
        }
    }

    /// Requests of two lengths in turn.
    private func workload() throws -> Workload {
        try Workload(
            name: "two lengths",
            requests: (0..<40).map {
                Workload.Request(
                    arrival: 0.002 * Double($0), promptTokens: $0 % 2 == 0 ? 30 : 70, newTokens: $0 % 2 == 0 ? 20 : 40)
            })
    }

    @Test(
        "Requests of two lengths are served from one source as from a source for each of them",
        arguments: [
            "full", "gqa:2", "dmc", "window:sinks=2,window=0.25", "tova:slots=0.25", "tova:slots=20,prefill=full",
            "h2o:heavy=9,recent=9,prefill=only",
        ])
    func oneSource(word: String) throws {
        let workload = try workload()
        // Planned for the mean request, as a simulation's is.
        let one = try SequenceSource(plan(word, prompt: 50, new: 30), longest: 110, seed: 5)
        let own = try workload.requests.map {
            try SequenceSource(plan(word, prompt: $0.promptTokens, new: $0.newTokens), longest: $0.tokens, seed: 5)
        }
        let longest = one.curve(of: workload.requests[1], number: 1).peakPages(after: 0, within: 109, gpu: 0)
        let together = serve(workload, pages: 3 * longest) { one.curve(of: $0, number: $1) }
        let apart = serve(workload, pages: 3 * longest) { own[$1].curve(of: $0, number: $1) }
        #expect(together.requests == apart.requests)
        #expect(together.timeline.entries == apart.timeline.entries)
        #expect(together.requests.allSatisfy { $0.outcome == .completed })
    }

    private func serve(
        _ workload: Workload, pages: Int, curve: @escaping (Workload.Request, Int) -> any SequenceCurve
    ) -> SimulationLog {
        var settings = SimulationSettings()
        settings.maxBatchedTokens = 48
        let engine = ServingEngine(pages: pages, curve: curve) { 0.001 + 1e-6 * ($0.attended + $0.chunkPairs) }
        var simulator = Simulator(engine, workload: workload, settings: settings)
        return simulator.run()
    }

    @Test("Heads that grow alike have one curve for all requests, recordings one a prompt, evictions one a request")
    func curves() throws {
        let requests = try workload().requests
        func count(_ word: String, _ lengths: HeadLengthSource = .ratio(AlikeHeads.ratio)) throws -> Int {
            let source = try SequenceSource(plan(word, lengths), longest: 110, seed: 5)
            // All are kept, so that no two have one address.
            let curves = requests.enumerated().map { source.curve(of: $1, number: $0) }
            return Set(curves.map { ObjectIdentifier($0) }).count
        }
        #expect(try ["full", "gqa:2", "dmc"].map { try count($0) } == [1, 1, 1])
        #expect(try count("dmc", .trace(sampleTrace(prompts: 3))) == 3)
        #expect(try count("dmc", .traceAtRatio(sampleTrace(prompts: 3), ratio: 3)) == 3)
        #expect(try count("tova:slots=20") == requests.count)
    }
}
