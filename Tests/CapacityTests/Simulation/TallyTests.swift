import Capacity
import Testing

@Suite("What a simulation takes down is summed up")
struct TallyTests {
    private func timeline() -> UsageTimeline {
        var timeline = UsageTimeline()
        for (time, pages) in [(0.0, 4), (1, 9), (1, 10), (3, 2), (4, 0)] {
            timeline.append(UsageTimeline.Entry(time: time, pages: pages, running: 1, waiting: 0))
        }
        return timeline
    }

    @Test("A mean over time weighs each state by how long it lasted; of two at one time the later counts")
    func mean() {
        // 4 for 1 s, 10 for 2 s, 2 for 1 s.
        #expect(timeline().mean(\.pages) == 26.0 / 4)
    }

    @Test("Spans of equal length have their mean, least and most")
    func spans() {
        let spans = timeline().binned(2, \.pages)
        #expect(spans.map(\.middle) == [1, 3])
        #expect(spans.map(\.mean) == [7, 6])
        #expect(spans.map(\.least) == [4, 2])
        #expect(spans.map(\.most) == [10, 10])
        #expect(UsageTimeline().binned(3, \.pages).isEmpty)
    }

    @Test("Percentiles are right to three digits, mean and maximum exact")
    func digest() throws {
        let values = (1...10_000).map { Double($0) * 1e-3 }
        let summary = try #require(LatencyDigest(values).summary)
        #expect(abs(summary.mean - 5.0005) < 1e-9)
        #expect(summary.max == 10)
        for (found, exact) in [(summary.p50, 5.0), (summary.p90, 9), (summary.p99, 9.9)] {
            #expect(abs(found / exact - 1) < 1e-3)
        }
        #expect(LatencyDigest().summary == nil)
        #expect(LatencyDigest([0]).summary?.p99 == 0)
    }
}
