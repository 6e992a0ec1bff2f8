import Foundation

extension VariantPlan {
    /// Seconds of one decode step, in parts, with `batch` sequences that have `tokens` tokens each, the one being fed
    /// included; lengths are the mean over prompts.
    public func stepTime(batch: Int, tokens: Int) -> StepTime {
        roofline.step(decoding(batch, attended: attended(by: tokens), unevenness: unevenness(batch, tokens: tokens)))
    }

    /// Seconds, in parts, of one step of an engine that decodes, prefills, or does both. Cheap: for simulations.
    public func stepTime(for load: StepLoad) -> StepTime { roofline.step(load) }

    /// Steps that are looked at one by one; of a longer generation so many, evenly spread.
    private static let mostSteps = 8192

    /// Seconds of a decode step in parts, mean over the steps of the generation: Σ step_t / N. Step i of N feeds token
    /// P + i, so the sums are over contexts P + 1 … P + N.
    public func meanStepTime(batch: Int) -> StepTime {
        let first = request.promptTokens + 1
        let lengths =
            request.newTokens <= Self.mostSteps
            ? attended(over: first...request.tokens)
            : (0..<Self.mostSteps).map {
                attended(by: first + (2 * $0 + 1) * request.newTokens / (2 * Self.mostSteps))
            }
        let unevenness = unevenness(batch, tokens: (first + request.tokens) / 2)
        let steps = lengths.map { roofline.step(decoding(batch, attended: $0, unevenness: unevenness)) }
        return StepTime.mean(of: steps)
    }

    private func decoding(_ batch: Int, attended: Double, unevenness: Double) -> StepLoad {
        var load = StepLoad(sequences: batch, each: attended)
        load.longest = attended * unevenness
        return load
    }

    /// How many times the slots of a mean sequence there would be if all heads of each layer were as long as the longest
    /// one of a batch drawn from the prompts, in the mean over draws; 1 where heads and prompts are alike.
    private func unevenness(_ batch: Int, tokens: Int) -> Double {
        let prompts = pattern.prompts.map { $0.slots(after: tokens, kvHeads: configuration.kvHeads) }
        let mean = Double(prompts.reduce(0) { $0 + $1.all }) / Double(prompts.count)
        let longest = prompts.map(\.longest).sorted()
        // The i-th of n is the longest of B draws with probability (i/n)^B − ((i − 1)/n)^B.
        func below(_ rank: Int) -> Double { pow(Double(rank) / Double(longest.count), Double(batch)) }
        let most = longest.enumerated().reduce(0) {
            $0 + Double($1.element) * (below($1.offset + 1) - below($1.offset))
        }
        return mean > 0 ? max(1, most / mean) : 1
    }

    /// Tokens generated a second by `batch` sequences together, decode alone: B·N / Σ step_t. Whether the batch fits is
    /// not asked here; the row's `max_batch` says so.
    public func throughput(batch: Int) -> Double { Double(batch) / meanStepTime(batch: batch).seconds }

    /// Seconds, in parts, from a prompt's arrival at an idle GPU to its first token, its prefill being known.
    func firstTokenTime(after prefill: StepTime) -> StepTime {
        roofline.firstToken(after: prefill, slots: attended(by: request.promptTokens))
    }

    /// Seconds, in parts, that the prefill of one prompt keeps the GPU busy.
    public func prefillTime() -> StepTime {
        var chunks: [(tokens: Int, pairs: Double, slots: Double)] = []
        var start = 0
        while start < request.promptTokens {
            let end = min(start + request.prefillChunk, request.promptTokens)
            chunks.append((end - start, pairs(start..<end), attended(by: end)))
            start = end
        }
        return roofline.prefill(chunks)
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

extension StepTime {
    /// The mean of steps that have the same parts; each of a part's times is the mean of that time. Its `seconds` are
    /// the mean of the steps' seconds where a part is bound by the same in all of them, which only attention could
    /// miss; it is then less than that mean.
    static func mean(of steps: [StepTime]) -> StepTime {
        guard var sum = steps.first else { return StepTime(parts: []) }
        for step in steps.dropFirst() {
            for index in sum.parts.indices {
                sum.parts[index].memorySeconds += step.parts[index].memorySeconds
                sum.parts[index].computeSeconds += step.parts[index].computeSeconds
                sum.parts[index].fixedSeconds += step.parts[index].fixedSeconds
            }
        }
        let share = 1 / Double(steps.count)
        for index in sum.parts.indices {
            sum.parts[index].memorySeconds *= share
            sum.parts[index].computeSeconds *= share
            sum.parts[index].fixedSeconds *= share
        }
        return sum
    }
}
