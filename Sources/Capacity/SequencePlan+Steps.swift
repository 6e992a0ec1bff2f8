import Foundation

extension SequencePlan {
    /// What the steps of a generation attend to on the busiest GPU, all its layers and heads, mean over prompts.
    struct Generation: Sendable {
        /// Slots that each decode step attends to. Step i feeds token P + i, so these are of contexts P + 1 … P + N; of a
        /// longer generation than `mostSteps` so many, evenly spread.
        let attended: [Double]
        /// How uneven heads and prompts are in its middle.
        let unevenness: Unevenness

        /// Steps that are looked at one by one.
        private static let mostSteps = 8192

        init(_ plan: SequencePlan) {
            let (shape, first) = (plan.shape, plan.shape.promptTokens + 1)
            attended =
                shape.newTokens <= Self.mostSteps
                ? plan.attended(over: first...shape.tokens)
                : (0..<Self.mostSteps).map {
                    plan.attended(by: first + (2 * $0 + 1) * shape.newTokens / (2 * Self.mostSteps))
                }
            unevenness = plan.unevenness(after: (first + shape.tokens) / 2)
        }
    }

    /// Tokens of a chunk of the prompt, the slots that each of them attends to summed, and those held at its end: on the
    /// busiest GPU, all its layers and heads, mean over prompts.
    typealias Chunk = (tokens: Int, pairs: Double, slots: Double)

    /// The chunks of the prompt, in order.
    func makeChunks() -> [Chunk] {
        stride(from: 0, to: shape.promptTokens, by: shape.prefillChunk).map { start in
            let end = min(start + shape.prefillChunk, shape.promptTokens)
            return (end - start, pairs(start..<end), attended(by: end))
        }
    }

    /// How uneven the heads of a layer, and the prompts, are at a moment.
    struct Unevenness: Sendable {
        /// Slots of a prompt, in the mean.
        let mean: Double
        /// Slots that each prompt would have if all heads of each layer were as long as the longest one, ascending.
        let longest: [Int]

        /// How many times the slots of a mean sequence there would be if all heads of each layer were as long as the
        /// longest one of a batch drawn from the prompts, in the mean over draws; 1 where heads and prompts are alike.
        func factor(batch: Int) -> Double {
            // The i-th of n is the longest of B draws with probability (i/n)^B − ((i − 1)/n)^B.
            func below(_ rank: Int) -> Double { pow(Double(rank) / Double(longest.count), Double(batch)) }
            let most = longest.enumerated().reduce(0) {
                $0 + Double($1.element) * (below($1.offset + 1) - below($1.offset))
            }
            return mean > 0 ? max(1, most / mean) : 1
        }
    }

    /// How uneven heads and prompts are after `tokens` tokens.
    func unevenness(after tokens: Int) -> Unevenness {
        let prompts = pattern.prompts.map { $0.slots(after: tokens, kvHeads: shape.configuration.kvHeads) }
        return Unevenness(
            mean: Double(prompts.reduce(0) { $0 + $1.all }) / Double(prompts.count),
            longest: prompts.map(\.longest).sorted())
    }

    /// Slots that token `count` attends to on the busiest GPU, all its layers and heads, mean over prompts.
    func attended(by count: Int) -> Double { attended(over: count...count)[0] }

    /// The same for every token of a range.
    func attended(over counts: ClosedRange<Int>) -> [Double] {
        var sums = Array(repeating: Array(repeating: 0, count: counts.count), count: placement.gpus)
        for (prompt, loads) in zip(pattern.prompts, loads) {
            for gpu in loads.indices { prompt.addAttended(over: counts, loads: loads[gpu], to: &sums[gpu]) }
        }
        return (0..<counts.count).map { step in
            Double(sums.map { $0[step] }.max() ?? 0) / Double(promptCount)
        }
    }

    /// Slots attended to, summed over the tokens of a range. Lengths are looked up at both ends of blocks of 64 tokens
    /// and taken as linear between: a whole prompt of every recorded head would cost more than it tells.
    private func pairs(_ tokens: Range<Int>) -> Double {
        var sum = 0.0
        var start = tokens.lowerBound
        while start < tokens.upperBound {
            let end = min(start + 64, tokens.upperBound)
            sum += Double(end - start) * (attended(by: start + 1) + attended(by: end)) / 2
            start = end
        }
        return sum
    }
}
