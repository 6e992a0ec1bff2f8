import Descriptions
import Traces

/// Which curve every head of the planned model follows, for each prompt that stands for the workload.
struct HeadPattern: Sendable {
    /// One prompt's curves, and which of them each head follows.
    struct Prompt: Sendable {
        /// The different curves.
        var curves: [HeadCurve]
        /// Index into `curves` for every head, `[layers, kvHeads]`.
        var heads: [Int]
        /// What all heads together hold.
        var shared: SharedCurve
    }

    /// The prompts; at least one.
    var prompts: [Prompt]
    /// Where the curves come from.
    var source: PlanRow.Source

    /// The heads of a variant: on recorded curves under DMC, else all on one.
    /// - Throws: `CapacityError.request` where DMC's head lengths are missing, or their ratio cannot be reached.
    init(_ shape: SequenceShape) throws {
        let (policy, configuration) = (shape.variant.policy, shape.configuration)
        guard policy == .dmc else {
            self.init(
                all: HeadCurve(policy, prompt: shape.promptTokens, tokens: shape.tokens),
                shared: SharedCurve(policy, prompt: shape.promptTokens, tokens: shape.tokens),
                configuration: configuration, source: .arithmetic)
            return
        }
        switch shape.lengths {
        case nil: throw CapacityError.request("policy 'dmc': its head lengths are missing; give a trace or a ratio")
        case .ratio(let ratio):
            self.init(
                all: .uniform(ratio: ratio), shared: .even(ratio: ratio), configuration: configuration,
                source: .uniform)
        case .trace(let trace): self.init(trace, on: configuration)
        case .traceAtRatio(let trace, let ratio):
            self = try HeadPattern(trace, on: configuration).scaled(toRatio: ratio, tokens: shape.tokens)
        }
    }

    /// Every head on one curve.
    init(all curve: HeadCurve, shared: SharedCurve, configuration: ModelConfiguration, source: PlanRow.Source) {
        prompts = [
            Prompt(
                curves: [curve], heads: Array(repeating: 0, count: configuration.layers * configuration.kvHeads),
                shared: shared)
        ]
        self.source = source
    }

    /// Recorded heads on `target`: as they are where it is the trace's own model, else mapped onto it.
    ///
    /// Target layer l of L takes source layer ⌊(l + ½)·L'/L⌋. Within it the source heads are sorted by the length they
    /// had when that prompt's recording ended (ties in their own order), and target head h of H takes the one at
    /// ⌊(h + ½)·H'/H⌋. So a mapped layer's heads come out in order of length, and neighbours are alike: a contiguous
    /// placement on several GPUs is then less even than that of a real model may be.
    init(_ trace: RecordedTrace, on target: ModelConfiguration) {
        let isOwn = Self.sameShape(trace.header.configuration, target)
        source = isOwn ? .recorded : .scaled
        prompts = zip(trace.prompts, trace.curves).map { prompt, curves in
            let heads =
                isOwn ? Array(curves.indices) : Self.mapped(curves, from: prompt.decisions, onto: target)
            return Prompt(
                curves: curves.map { .recorded($0) }, heads: heads,
                shared: .recorded(Self.union(of: Set(heads), in: prompt.decisions)))
        }
    }

    /// The tokens that any of these heads appends: a token is merged away only where all of them merge it.
    private static func union(of heads: Set<Int>, in bits: DecisionBits) -> RecordedCurve {
        let width = bits.wordsPerHead
        var words = Array(repeating: UInt64.max, count: width)
        for head in heads {
            for index in 0..<width { words[index] &= bits.words[head * width + index] }
        }
        return RecordedCurve(words: words[...], tokens: bits.tokens)
    }

    private static func sameShape(_ one: ModelConfiguration, _ other: ModelConfiguration) -> Bool {
        one.layers == other.layers && one.heads == other.heads && one.kvHeads == other.kvHeads
            && one.headDim == other.headDim && one.hiddenSize == other.hiddenSize
            && one.intermediateSize == other.intermediateSize && one.vocabularySize == other.vocabularySize
    }

    /// The recorded head that each of the target's heads takes.
    private static func mapped(
        _ curves: [RecordedCurve], from bits: DecisionBits, onto target: ModelConfiguration
    ) -> [Int] {
        let sorted = (0..<bits.layers).map { layer in
            (layer * bits.kvHeads..<(layer + 1) * bits.kvHeads).sorted {
                (curves[$0].finalSlots, $0) < (curves[$1].finalSlots, $1)
            }
        }
        return (0..<target.layers).flatMap { layer in
            let sourceLayer = Self.counterpart(of: layer, among: target.layers, in: bits.layers)
            return (0..<target.kvHeads).map { head in
                sorted[sourceLayer][Self.counterpart(of: head, among: target.kvHeads, in: bits.kvHeads)]
            }
        }
    }

    /// ⌊(index + ½) · source / target⌋, in whole numbers.
    static func counterpart(of index: Int, among target: Int, in source: Int) -> Int {
        (2 * index + 1) * source / (2 * target)
    }

    /// Tokens of the shortest recording that ends before `tokens`; nil where all reach that far.
    func extendedFrom(_ tokens: Int) -> Int? {
        prompts.compactMap { $0.curves.first?.recordedTokens }.filter { $0 < tokens }.min()
    }

    /// Slots of each head after `tokens`, summed over prompts: `[layers, kvHeads]`.
    func slotsByHead(after tokens: Int) -> [Int] {
        var sums = Array(repeating: 0, count: prompts[0].heads.count)
        for prompt in prompts {
            let lengths = prompt.curves.map { $0.slots(after: tokens) }
            for (head, curve) in prompt.heads.enumerated() { sums[head] += lengths[curve] }
        }
        return sums
    }

    /// Slots of all heads and prompts together after `tokens`.
    func slots(after tokens: Int) -> Int {
        prompts.reduce(0) { sum, prompt in
            let lengths = prompt.curves.map { $0.slots(after: tokens) }
            return sum + prompt.heads.reduce(0) { $0 + lengths[$1] }
        }
    }
}

extension HeadPattern.Prompt {
    /// Slots of all heads after `tokens`, and how many there would be if each were as long as the longest of its layer.
    func slots(after tokens: Int, kvHeads: Int) -> (all: Int, longest: Int) {
        let lengths = curves.map { $0.slots(after: tokens) }
        var (all, longest) = (0, 0)
        for layer in stride(from: 0, to: heads.count, by: kvHeads) {
            var most = 0
            for head in heads[layer..<layer + kvHeads] {
                all += lengths[head]
                most = max(most, lengths[head])
            }
            longest += most * kvHeads
        }
        return (all, longest)
    }
}
