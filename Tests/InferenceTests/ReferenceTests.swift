import Inference
import TestSupport
import Testing

/// The core against its twin in double precision, which takes token by token.
struct ReferenceTests {
    /// What rounding to single precision may add up to, relative to a logit or to 1.
    private static let tolerance = 1e-4
    /// On either side of a chunk's border.
    private static let lengths = [1, 2, 127, 128, 129, 300]

    @Test("Logits of a plain model are the reference's, in chunks and token by token", arguments: ModelCase.plain)
    func plain(model: ModelCase) throws {
        let tokens = model.tokens(300)
        let expected = ReferenceLlama(model.model).run(tokens)
        let loaded = try model.model.loaded()
        for length in Self.lengths {
            let run = CoreRun(loaded, Array(tokens.prefix(length)), .parallel)
            #expect(run.logits.count == length)
            #expect(run.difference(to: expected.logits) <= Self.tolerance, "\(length) tokens")
            #expect(run.slots.allSatisfy { $0.allSatisfy { $0 == length } })
        }
        for path in [CoreRun.Path.stepwise, .mixed(130)] {
            let run = CoreRun(loaded, tokens, path)
            #expect(run.difference(to: expected.logits) <= Self.tolerance, "\(path)")
        }
    }

    @Test(
        "A DMC model's decisions, slots and logits are the reference's, in chunks and token by token",
        arguments: ModelCase.compressed)
    func compressed(model: ModelCase) throws {
        let tokens = model.tokens(300)
        let expected = ReferenceLlama(model.model).run(tokens)
        let heads = expected.heads.flatMap { $0 }
        let merged = heads.flatMap(\.merges)
        let share = Double(merged.count { $0 }) / Double(merged.count)
        #expect((0.4...0.85).contains(share), "the model merges and appends")
        let longest = heads.flatMap { $0.merges.split(separator: false).map { $0.count + 1 } }.max() ?? 0
        let window = try #require(model.configuration.dmc).window
        #expect(longest > (window == 0 ? 12 : window), "segments outgrow the window")
        // So near the threshold rounding might decide; these seeds come no nearer.
        #expect(heads.flatMap(\.margins).allSatisfy { abs($0) > 2e-5 })

        let loaded = try model.model.loaded()
        for length in Self.lengths {
            check(CoreRun(loaded, Array(tokens.prefix(length)), .parallel), expected, length, "\(length) tokens")
        }
        for path in [CoreRun.Path.stepwise, .mixed(130)] {
            check(CoreRun(loaded, tokens, path), expected, 300, "\(path)")
        }
    }

    private func check(_ run: CoreRun, _ expected: ReferenceRun, _ length: Int, _ what: Comment) {
        #expect(run.logits.count == length, what)
        #expect(run.difference(to: expected.logits) <= Self.tolerance, what)
        let merges = expected.heads.map { $0.map { Array($0.merges.prefix(length)) } }
        #expect(run.merges == merges, what)
        #expect(run.slots == merges.map { $0.map { $0.count { !$0 } } }, what)
        for (mine, theirs) in zip(run.margins.joined(), expected.heads.joined()) {
            #expect(zip(mine, theirs.margins).allSatisfy { abs(Double($0) - $1) <= 1e-4 * max(1, abs($1)) }, what)
        }
    }

    @Test(
        "`full` on a DMC model is DMC's arithmetic with every token appended",
        arguments: [ModelCase.compressed[0], ModelCase.compressed[4]])
    func appendAlways(model: ModelCase) throws {
        let tokens = model.tokens(150)
        let expected = ReferenceLlama(model.model).run(tokens, .appendAlways)
        let loaded = try model.model.loaded()
        for path in [CoreRun.Path.parallel, .stepwise] {
            let run = CoreRun(loaded, tokens, path, decisions: .appendAlways)
            #expect(run.difference(to: expected.logits) <= Self.tolerance)
            #expect(run.slots.allSatisfy { $0.allSatisfy { $0 == 150 } })
            #expect(run.merges.joined().allSatisfy { $0.allSatisfy { !$0 } })
        }
        #expect(try loaded.makeCache(.full) is DMCCache)
        // It is neither the compressed run nor a plain model's.
        #expect(CoreRun(loaded, tokens, .parallel).difference(to: expected.logits) > 0.01)
        var plain = model.model
        plain = RandomModel(plain, configuration: { $0.dmc = nil })
        #expect(CoreRun(try plain.loaded(), tokens, .parallel).difference(to: expected.logits) > 0.01)
    }

    @Test(
        "In bfloat16 arithmetic what goes into a product is rounded, and nothing else is",
        arguments: [ModelCase.plain[1], ModelCase.plain[6], ModelCase.compressed[0], ModelCase.compressed[8]])
    func rounding(model: ModelCase) throws {
        let tokens = model.tokens(60)
        let expected = ReferenceLlama(model.model, roundsInputs: true).run(tokens).logits
        let loaded = try model.model.loaded()
        let rounded = CoreRun(loaded, tokens, .parallel, arithmetic: .bfloat16)
        let unrounded = CoreRun(loaded, tokens, .parallel)
        // Where a number lies in the middle between two, single and double precision may round it differently: such
        // steps are rare, and small beside what all the others do.
        #expect(Self.distance(rounded.logits, expected) <= 0.5 * Self.distance(unrounded.logits, expected))
        #expect(Self.distance(unrounded.logits, expected) > 1e-4)
    }

    /// The root of the mean square difference.
    private static func distance(_ mine: [[Float]], _ theirs: [[Double]]) -> Double {
        let squares = zip(mine.joined(), theirs.joined()).map { (Double($0) - $1) * (Double($0) - $1) }
        return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }

    @Test("A model's default policy is that of its configuration")
    func defaultPolicy() throws {
        #expect(try ModelCase.plain[0].model.loaded().defaultPolicy == .full)
        #expect(try ModelCase.compressed[0].model.loaded().defaultPolicy == .dmc)
        #expect(throws: PolicyMismatch.self) { try ModelCase.plain[0].model.loaded().makeCache(.dmc) }
    }
}
