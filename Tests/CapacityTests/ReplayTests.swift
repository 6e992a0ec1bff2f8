import Capacity
import Descriptions
import TestSupport
import Testing
import Traces

@Suite("Traces are replayed into head lengths")
struct ReplayTests {
    /// Bytes of keys and values in pages, from the plain replay: counted token by token, page by page.
    private func plainBytes(
        _ prompt: PromptTrace, layers: Int, kvHeads: Int, headDim: Int, page: Int, after count: Int, isOwn: Bool
    ) -> Int {
        let replay = PlainReplay(prompt)
        let sources = replay.sources(layers: layers, kvHeads: kvHeads)
        var pages = 0
        for layer in 0..<layers {
            for head in 0..<kvHeads {
                let source = isOwn ? (layer: layer, head: head) : sources[layer][head]
                var slots = replay.slots(layer: source.layer, kvHead: source.head, after: count)
                while slots > 0 {
                    pages += 1
                    slots -= page
                }
            }
        }
        return pages * page * 2 * headDim * 2
    }

    @Test("On the trace's own model lengths are the recorded ones at every token, and beyond", arguments: [1, 7, 16])
    func recorded(page: Int) throws {
        let trace = try sampleTrace(prompts: 3, tokens: 130...150)
        let model = PlannedModel(name: "own", configuration: trace.header.configuration)
        let request = PlanRequest(
            model: model, gpu: try .named("h100"), promptTokens: 100, newTokens: 100, lengths: .trace(trace),
            pageSlots: page)
        let plan = try Planner(request).plan(for: .dmc)
        for count in 1...400 {
            let expected = trace.prompts.map {
                plainBytes($0, layers: 4, kvHeads: 6, headDim: 16, page: page, after: count, isOwn: true)
            }
            #expect(plan.cacheBytes(after: count).map(\.kv) == expected, "after \(count) tokens")
        }
        #expect(plan.row().source == .recorded)
    }

    @Test(
        "On another model each head takes the recorded one that the rule names",
        arguments: [(9, 4, 4), (2, 12, 12), (5, 40, 8), (1, 2, 1)])
    func scaled(layers: Int, heads: Int, kvHeads: Int) throws {
        let trace = try sampleTrace(prompts: 3)
        let shape = ModelConfiguration.small(
            layers: layers, heads: heads, kvHeads: kvHeads, headDim: 32)
        let request = PlanRequest(
            model: PlannedModel(name: "other", configuration: shape), gpu: try .named("h100"), promptTokens: 300,
            newTokens: 100, lengths: .trace(trace))
        let plan = try Planner(request).plan(for: .dmc)
        for count in [1, 63, 64, 65, 200, 401, 1000] {
            let expected = trace.prompts.map {
                plainBytes($0, layers: layers, kvHeads: kvHeads, headDim: 32, page: 16, after: count, isOwn: false)
            }
            #expect(plan.cacheBytes(after: count).map(\.kv) == expected, "after \(count) tokens")
        }
        #expect(plan.row().source == .scaled)
        #expect(plan.row().notes.contains { $0.contains("was mapped onto other") })
    }

    @Test("A head goes on at the append rate of its recording's second half")
    func extended() throws {
        // 8 tokens; the first half appends 4, the second 1: a rate of ¼. After 8 + 40 tokens 5 + 10 slots.
        let header = SampleTrace.header(layers: 1, kvHeads: 1)
        var bits = DecisionBits(layers: 1, kvHeads: 1, tokens: 8)
        for t in 5..<8 { bits[0, 0, t] = true }
        let prompt = PromptTrace(
            id: "a", promptTokens: 8, decisions: bits, negativeLogLikelihoods: Array(repeating: 0, count: 7),
            tokenDigest: [])
        let trace = try RecordedTrace(header: header, prompts: [prompt])
        let request = PlanRequest(
            model: PlannedModel(name: "own", configuration: header.configuration), gpu: try .named("h100"),
            promptTokens: 40, newTokens: 8, lengths: .trace(trace), pageSlots: 1)
        let plan = try Planner(request).plan(for: .dmc)
        #expect(plan.cacheBytes(after: 48)[0].kv == 15 * 2 * 16 * 2)
        #expect(plan.row().extendedFrom == 8)
        var shorter = request
        (shorter.promptTokens, shorter.newTokens) = (4, 4)
        #expect(try Planner(shorter).plan(for: .dmc).row().extendedFrom == nil)
    }

    @Test("The compression ratio is tokens over slots of all heads and prompts, never a mean of ratios")
    func compressionRatio() throws {
        let trace = try sampleTrace(prompts: 4, tokens: 300...300)
        let request = PlanRequest(
            model: PlannedModel(name: "own", configuration: trace.header.configuration), gpu: try .named("h100"),
            promptTokens: 200, newTokens: 100, lengths: .trace(trace))
        let slots = trace.prompts.flatMap { $0.decisions.finalSlots.flatMap { $0 } }.reduce(0, +)
        #expect(try Planner(request).plan(for: .dmc).row().compressionRatio == Double(4 * 24 * 300) / Double(slots))
    }

    @Test("A trace with a ratio reaches it, keeps the heads' order, and its own ratio changes nothing")
    func traceAtRatio() throws {
        let trace = try sampleTrace(prompts: 4, tokens: 500...500)
        let model = PlannedModel(name: "own", configuration: trace.header.configuration)
        func plan(_ lengths: HeadLengthSource) throws -> VariantPlan {
            let request = PlanRequest(
                model: model, gpu: try .named("h100"), promptTokens: 300, newTokens: 200, lengths: lengths,
                pageSlots: 1)
            return try Planner(request).plan(for: .dmc)
        }
        let plain = try plan(.trace(trace))
        let own = plain.row().compressionRatio
        for ratio in [1.2, own, 3, 4] {
            // Rounding to whole slots moves the ratio of 24 heads of a hundred slots by less than a hundredth.
            let reached = try plan(.traceAtRatio(trace, ratio: ratio)).row().compressionRatio
            #expect(abs(reached / ratio - 1) < 0.01, "\(ratio)")
        }
        let same = try plan(.traceAtRatio(trace, ratio: own))
        for count in stride(from: 1, through: 500, by: 37) {
            #expect(same.cacheBytes(after: count) == plain.cacheBytes(after: count))
        }
        let order = plain.cacheBytes(after: 500).map(\.kv)
        let other = try plan(.traceAtRatio(trace, ratio: 4)).cacheBytes(after: 500).map(\.kv)
        let ranks = order.indices.sorted { order[$0] < order[$1] }
        #expect(ranks.first == other.indices.min { other[$0] < other[$1] })
    }

    @Test("A ratio that heads which never merge stand against is refused")
    func unreachableRatio() throws {
        let header = SampleTrace.header(layers: 1, kvHeads: 1)
        let prompt = PromptTrace(
            id: "a", promptTokens: 8, decisions: DecisionBits(layers: 1, kvHeads: 1, tokens: 8),
            negativeLogLikelihoods: Array(repeating: 0, count: 7), tokenDigest: [])
        let trace = try RecordedTrace(header: header, prompts: [prompt])
        let request = try request { $0.lengths = .traceAtRatio(trace, ratio: 4) }
        let error = #expect(throws: CapacityError.self) { try Planner(request).rows() }
        #expect("\(error!)".contains("ratio 4.0 cannot be reached"))
    }

    @Test("A recording under another policy than dmc, or without prompts, is no source of head lengths")
    func unfitTrace() throws {
        var header = SampleTrace.header()
        #expect(throws: CapacityError.self) { try RecordedTrace(header: header, prompts: []) }
        header.policy = .full
        #expect(throws: CapacityError.self) {
            try RecordedTrace(header: header, prompts: SampleTrace.prompts(header: header))
        }
    }

    @Test("Files of one checkpoint are pooled, files of two are refused")
    func pooledFiles() throws {
        let folder = try TemporaryFolder()
        var header = SampleTrace.header()
        let prompts = SampleTrace.prompts(header: header)
        try SampleTrace.write([prompts[0]], header: header, to: folder.file("a"))
        try SampleTrace.write([prompts[2]], header: header, to: folder.file("b"))
        let pooled = try RecordedTrace(paths: [folder.file("a"), folder.file("b")])
        #expect(pooled.prompts == [prompts[0], prompts[2]])
        #expect(pooled.fingerprints.map(\.count) == [64, 64])
        header.checkpointFingerprint = String(repeating: "d", count: 64)
        try SampleTrace.write([prompts[1]], header: header, to: folder.file("c"))
        let error = #expect(throws: CapacityError.self) {
            try RecordedTrace(paths: [folder.file("a"), folder.file("c")])
        }
        #expect("\(error!)".contains("of another checkpoint"))
        let twice = #expect(throws: CapacityError.self) {
            try RecordedTrace(paths: [folder.file("a"), folder.file("b"), folder.file("a")])
        }
        #expect("\(twice!)".hasSuffix("expected every recording once, found that of \(folder.file("a"))"))
    }

    @Test("Figures over a shard alone say so; over all shards there is nothing to say")
    func shards() throws {
        let folder = try TemporaryFolder()
        var header = SampleTrace.header()
        let prompts = SampleTrace.prompts(header: header)
        for index in 0..<2 {
            header.shard = TraceShard(index: index, of: 2)
            try SampleTrace.write(
                header.shard!.part(of: prompts), header: header, to: folder.file("\(index)"))
        }
        func notes(_ names: String...) throws -> [String] {
            let trace = try RecordedTrace(paths: names.map(folder.file))
            return try row("dmc") { $0.lengths = .trace(trace) }.notes.filter { $0.contains("shard") }
        }
        #expect(
            try notes("1") == [
                "the trace is a part of a recording, shard 1/2 alone: the prompts of the other shards are in no figure "
                    + "(`headroom merge` joins shards)"
            ])
        #expect(try notes("0", "1").isEmpty)
        let trace = try RecordedTrace(paths: [folder.file("0")])
        #expect(try row("full") { $0.lengths = .trace(trace) }.notes.isEmpty)
    }

    @Test("A trace of evictions is refused by its file and policy where DMC decisions are needed, wherever it stands")
    func evictionTrace() throws {
        let folder = try TemporaryFolder()
        try SampleTrace.write(SampleTrace.prompts(), to: folder.file("a"))
        let evicting = SampleEvictions.header(try CachePolicy("tova:slots=5"))
        try SampleTrace.write(SampleEvictions.prompts(header: evicting), header: evicting, to: folder.file("b"))
        for paths in [[folder.file("b")], [folder.file("a"), folder.file("b")]] {
            let error = #expect(throws: CapacityError.self) { try RecordedTrace(paths: paths) }
            #expect(
                error?.description
                    == "\(folder.file("b")): expected DMC decisions to replay (policy dmc), found a trace of policy "
                    + "tova:slots=5")
        }
    }
}
