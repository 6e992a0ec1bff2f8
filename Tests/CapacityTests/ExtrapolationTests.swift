import Capacity
import Testing

@Suite("Times beyond what was measured")
struct ExtrapolationTests {
    private func row(batch: Int, tokens: Int = 1024) throws -> PlanRow {
        var request = PlanRequest(
            model: try .named("llama-2-7b"), gpu: try .named("h100-sxm"), promptTokens: tokens - 24, newTokens: 24)
        request.batch = batch
        return try Planner(request).plan(for: .full).row()
    }

    @Test("a row has in numbers what its notes say, and nothing where all was measured")
    func rows() throws {
        #expect(try row(batch: 8).extrapolations.isEmpty)
        let beyond = try row(batch: 65, tokens: 64)
        #expect(beyond.extrapolations.map(\.quantity) == [.batch, .context])
        #expect(beyond.extrapolations.map(\.value) == [65, 64])
        #expect(Set(beyond.extrapolations.map(\.text)).isSubset(of: beyond.timeNotes))
        #expect(
            beyond.extrapolations[0].text
                == "a batch of 65 is outside the measured 1 to 64; times there are extrapolated")
    }

    @Test("several are one sentence a quantity, those below the range and those above it apart")
    func together() throws {
        func batch(_ value: Int) -> Extrapolation { Extrapolation(quantity: .batch, value: value, measured: 4...64) }
        let context = Extrapolation(quantity: .context, value: 9000, measured: 256...4096)
        #expect(
            Extrapolation.texts([batch(70), context, batch(124), batch(1), batch(66), context]) == [
                "a batch of 66 to 124 is outside the measured 4 to 64; times there are extrapolated",
                "a context of 9000 is outside the measured 256 to 4096; times there are extrapolated",
                "a batch of 1 is outside the measured 4 to 64; times there are extrapolated",
            ])
        #expect(Extrapolation.texts([]) == [])
    }
}
