import Capacity
import Testing

@Suite("A pool of pages takes what a step needs, and gives back what it leaves")
struct PagePoolTests {
    @Test("A whole prompt is held before it is cut, and what the cut drops is free afterwards")
    func cut() throws {
        let plan = try Planner(request { $0.pageSlots = 4 }).plan(for: PlanVariant("tova:slots=20,prefill=full"))
        let source = try SequenceSource(plan, longest: 130, seed: 0)
        let curve = source.curve(of: Workload.Request(arrival: 0, promptTokens: 100, newTokens: 30), number: 0)
        func pages(_ count: Int) -> Int { curve.pages(after: count, gpu: 0) }
        let whole = curve.peakPages(after: 64, within: 100, gpu: 0)
        #expect(whole > pages(64) && pages(64) > pages(100))

        var pool = PagePool(capacity: whole, gpus: 1)
        for (start, end, taken) in [(0, 64, pages(64)), (64, 100, whole), (100, 101, pages(101))] {
            #expect(pool.hasRoom(for: curve, from: start, to: end))
            let fits = pool.take(for: curve, from: start, to: end)
            #expect(fits && pool.fullest == taken)
            pool.settle(for: curve, from: start, to: end)
            #expect(pool.fullest == pages(end))
        }
        let other = FlatCurve()
        let fitsBeside = pool.take(for: other, from: 0, to: whole)
        #expect(!fitsBeside && pool.fullest == pages(101))
        let fitsRest = pool.take(for: other, from: 0, to: whole - pages(101))
        #expect(fitsRest && pool.fullest == whole)
        pool.release(curve, at: 101)
        #expect(pool.fullest == whole - pages(101))
    }
}
