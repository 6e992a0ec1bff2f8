import Capacity
import Descriptions
import TestSupport
import Testing
import Traces

@Suite("Pages: what is held, and what is taken for it")
struct PageTests {
    /// Bytes of a slot of the made-up models: keys and values of 16 channels in 16 bit.
    private static let slotBytes = 2 * 16 * 2

    /// A recording of one prompt, `merged[layer][head]` the tokens that are merged.
    private func trace(tokens: Int, merged: [[Set<Int>]]) throws -> RecordedTrace {
        let header = SampleTrace.header(layers: merged.count, kvHeads: merged[0].count)
        var bits = DecisionBits(layers: merged.count, kvHeads: merged[0].count, tokens: tokens)
        for (layer, heads) in merged.enumerated() {
            for (head, positions) in heads.enumerated() {
                for t in positions { bits[layer, head, t] = true }
            }
        }
        let prompt = PromptTrace(
            id: "a", promptTokens: tokens, decisions: bits,
            negativeLogLikelihoods: Array(repeating: 0, count: tokens - 1), tokenDigest: [])
        return try RecordedTrace(header: header, prompts: [prompt])
    }

    private func plan(
        _ trace: RecordedTrace, page: Int, _ sharing: TableSharing = .head, _ allocation: PageAllocation = .needed,
        prompt: Int = 8, new: Int = 4
    ) throws -> VariantPlan {
        var request = PlanRequest(
            model: PlannedModel(name: "own", configuration: trace.header.configuration), gpu: try .named("h100"),
            promptTokens: prompt, newTokens: new, lengths: .trace(trace), pageSlots: page)
        request.tableSharing = sharing
        request.allocation = allocation
        return try Planner(request).plan(for: .dmc)
    }

    /// Pages of one head each that a plan takes.
    private func pages(_ plan: VariantPlan, page: Int, after tokens: Int) -> [Int] {
        plan.cacheBytes(after: tokens).map { $0.kv / (page * Self.slotBytes) }
    }

    @Test("Pages are each head's own, or the longest of a layer, or wherever any head holds a token")
    func sharing() throws {
        // Twelve tokens, pages of 4: a head that keeps all (3 pages), one that keeps the first (1), and two that merge
        // the whole second page (8 slots, 2 pages).
        let middle = Set(4..<8)
        let both = try trace(tokens: 12, merged: [[[], Set(1..<12)], [middle, middle]])
        #expect(try pages(plan(both, page: 4), page: 4, after: 12) == [3 + 1 + 2 + 2])
        #expect(try pages(plan(both, page: 4, .layer), page: 4, after: 12) == [3 + 3 + 2 + 2])
        #expect(try pages(plan(both, page: 4, .shared), page: 4, after: 12) == [4 * 3])
        // Without the head that keeps all, nobody holds a token of the second page.
        let alone = try trace(tokens: 12, merged: [[middle, middle]])
        #expect(try pages(plan(alone, page: 4, .shared), page: 4, after: 8) == [2 * 1])
        #expect(try pages(plan(alone, page: 4, .shared), page: 4, after: 12) == [2 * 2])
        #expect(try pages(plan(alone, page: 4, .shared, .ahead), page: 4, after: 12) == [2 * 3])
    }

    @Test("Ahead of a token there is room for it, whether it is merged or not")
    func ahead() throws {
        let one = try trace(tokens: 12, merged: [[Set(4..<12)]])
        // Four slots fill a page: the fifth token is merged, and finds a second page all the same.
        for (tokens, needed, ahead) in [(1, 1, 1), (4, 1, 1), (5, 1, 2), (12, 1, 2)] {
            #expect(try pages(plan(one, page: 4), page: 4, after: tokens) == [needed], "\(tokens)")
            #expect(try pages(plan(one, page: 4, .head, .ahead), page: 4, after: tokens) == [ahead], "\(tokens)")
        }
    }

    /// Pages of all heads, by walking through a prompt as an allocator would.
    private func walked(_ prompt: PromptTrace, page: Int, _ sharing: TableSharing, _ allocation: PageAllocation)
        -> [Int]
    {
        let bits = prompt.decisions
        var slots = Array(repeating: Array(repeating: 0, count: bits.kvHeads), count: bits.layers)
        var pages = slots
        var touched: Set<Int> = []
        return (0..<bits.tokens).map { t in
            if allocation == .ahead { touched.insert(t / page) }
            for layer in 0..<bits.layers {
                for head in 0..<bits.kvHeads {
                    let before = slots[layer][head]
                    if !bits[layer, head, t] {
                        slots[layer][head] += 1
                        touched.insert(t / page)
                    }
                    while pages[layer][head] * page < slots[layer][head] { pages[layer][head] += 1 }
                    if allocation == .ahead { pages[layer][head] = max(pages[layer][head], before / page + 1) }
                }
            }
            switch sharing {
            case .head: return pages.reduce(0) { $0 + $1.reduce(0, +) }
            case .layer: return pages.reduce(0) { $0 + $1.max()! * bits.kvHeads }
            case .shared: return touched.count * bits.layers * bits.kvHeads
            }
        }
    }

    @Test(
        "At every token the pages are those of an allocator that walks through the prompt",
        arguments: TableSharing.allCases, PageAllocation.allCases)
    func againstWalk(sharing: TableSharing, allocation: PageAllocation) throws {
        let trace = try sampleTrace(prompts: 3, tokens: 130...150)
        for page in [1, 3, 16, 64] {
            let plan = try plan(trace, page: page, sharing, allocation)
            let walks = trace.prompts.map { walked($0, page: page, sharing, allocation) }
            for tokens in 1...130 {
                #expect(
                    pages(plan, page: page, after: tokens) == walks.map { $0[tokens - 1] },
                    "page \(page), \(tokens) tokens")
            }
        }
    }

    @Test("What is taken is never less than what is held, ahead never less than needed, shared never less than apart")
    func order() throws {
        let trace = try sampleTrace(prompts: 4)
        for page in [1, 16, 100] {
            for tokens in [1, 17, 300, 401, 2000] {
                func bytes(_ sharing: TableSharing, _ allocation: PageAllocation) throws -> [CacheBytes] {
                    try plan(trace, page: page, sharing, allocation).cacheBytes(after: tokens)
                }
                for allocation in PageAllocation.allCases {
                    let sharings = try TableSharing.allCases.map { try bytes($0, allocation) }
                    for prompt in 0..<4 {
                        #expect(sharings[0][prompt].kv <= sharings[1][prompt].kv)
                        #expect(sharings[1][prompt].kv <= sharings[2][prompt].kv)
                        #expect(sharings.allSatisfy { $0[prompt].logical == sharings[0][prompt].logical })
                        #expect(sharings[0][prompt].logical <= sharings[0][prompt].kv)
                    }
                }
                for sharing in TableSharing.allCases {
                    let (needed, ahead) = (try bytes(sharing, .needed), try bytes(sharing, .ahead))
                    #expect(zip(needed, ahead).allSatisfy { $0.kv <= $1.kv })
                }
                if page == 1 { #expect(try bytes(.head, .needed).allSatisfy { $0.kv == $0.logical }) }
            }
        }
    }

    @Test(
        "In one table for all heads a window keeps the pages that its tokens stand in",
        arguments: [
            "window:sinks=4,window=20", "window:sinks=1,window=33,prefill=full", "window:sinks=6,window=0",
            "streaming:sinks=9,window=7,prefill=only",
        ])
    func windows(word: String) throws {
        let policy = try CachePolicy(word)
        let (sinks, window, mode) = edges(policy)
        for page in [1, 5, 16] {
            var request = try request(prompt: 50, new: 60)
            request.tableSharing = .shared
            request.pageSlots = page
            let plan = try Planner(request).plan(for: PlanVariant(policy: policy))
            for tokens in 1...110 {
                let kept = (0..<tokens).filter { position in
                    if mode != .online, tokens < 50 { return true }
                    let end = mode == .only ? 50 : tokens
                    return position < sinks || position >= end - window
                }
                let pages = Set(kept.map { $0 / page }).count
                let bytes = plan.cacheBytes(after: tokens)[0]
                #expect(bytes.kv == pages * page * 1_600 * 512, "page \(page), \(tokens) tokens")
                #expect(bytes.tables == 4 * pages + 12 * 1_600)
            }
            #expect(plan.row().kvPeakBytesPerSequence >= (1...110).map { plan.cacheBytes(after: $0)[0].kv }.max()!)
        }
    }

    private func edges(_ policy: CachePolicy) -> (Int, Int, PrefillMode) {
        switch policy {
        case .window(.slots(let sinks), .slots(let window), let mode),
            .streaming(.slots(let sinks), .slots(let window), let mode):
            (sinks, window, mode)
        default: (0, 0, .online)
        }
    }

    @Test("Where attention picks the tokens, one table for all heads saves nothing, and the row says why")
    func unknownTokens() throws {
        let row = try row("h2o:heavy=64,recent=64") { $0.tableSharing = .shared }
        #expect(row.kvBytesPerSequence == 3_355_443_200)
        #expect(row.kvLogicalBytesPerSequence == 3_355_443_200 / 32)
        #expect(row.notes.contains { $0.contains("none is counted as given back") })
        #expect(try CapacityTests.row("h2o:heavy=64,recent=64").kvBytesPerSequence == 3_355_443_200 / 32)
    }

    @Test("Tables shared by a layer or a sequence are fewer; the lengths stay each head's own")
    func tables() throws {
        for (sharing, tables) in [(TableSharing.head, 1_600), (.layer, 40), (.shared, 1)] {
            let row = try row("full") { $0.tableSharing = sharing }
            #expect(row.tableBytesPerSequence == tables * 4 * 256 + 12 * 1_600)
            #expect(row.kvBytesPerSequence == 3_355_443_200)
        }
    }

    @Test("The best page takes fewest bytes of all from 1 to 256")
    func bestPage() throws {
        let trace = try sampleTrace()
        let plan = try plan(trace, page: 16, prompt: 300, new: 100)
        let totals = try (1...256).map { page in
            let all = try self.plan(trace, page: page, prompt: 300, new: 100).cacheBytes(after: 400)
            return all.reduce(0) { $0 + $1.total }
        }
        let best = plan.bestPage()
        #expect(totals[best.pageSlots - 1] == totals.min())
        #expect(best.pageSlots > 1 && best.pageSlots < 256)
        #expect(plan.pageCosts([16])[0].bytes == plan.pageCosts([1, 16])[1].bytes)
    }
}
