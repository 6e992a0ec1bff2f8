/// Sequences that come together and do not all fit: who runs when, by the capacity of the memory and the times of a
/// step. All is deterministic.
///
/// A sequence is admitted when the memory has room for its prompt, and for what it generated before it was put off; of
/// prompts a step takes 2,048 tokens, or one prompt that is longer, and then all that run decode. A sequence grows a
/// slot a step; where the memory is full the newest one gives its memory back, waits at the head of the
/// queue, and has its tokens prefilled once more.
package struct QueuedBatch {
    /// What came of it.
    package struct Outcome: Hashable, Sendable {
        /// Most sequences that ran at once.
        package var atOnceMost: Int
        /// Mean over the time of decoding.
        package var atOnceMean: Double
        /// Generated tokens a second, from the first arrival to the last token.
        package var tokensPerSecond: Double
        /// Seconds until the last sequence had its first token.
        package var firstTokenMost: Double
    }

    private struct Sequence {
        var tokens: Int
        var generated = 0
        var firstToken: Double?
    }

    /// Tokens of prompts in a step.
    private static let chunk = 2048

    private let batch: ServedBatch
    private let roofline: Roofline
    private let slotsPerToken: Double
    /// Tokens that the memory holds.
    package let room: Int

    /// - Returns: nil where the memory does not hold one sequence.
    package init?(_ batch: ServedBatch, gpu: GPU) {
        self.batch = batch
        roofline = EngineTimes.roofline(batch, gpu: gpu)
        slotsPerToken = Double(batch.model.configuration.layers * roofline.share.kvHeads)
        let bytes = batch.filledMemory * Double(gpu.memoryBytes) - EngineTimes.weightBytes(batch)
        room = max(0, Int(bytes / EngineTimes.tokenBytes(batch)))
        guard room >= batch.promptTokens + batch.newTokens else { return nil }
    }

    /// Runs all sequences to their end.
    package func run() -> Outcome {
        var waiting = (0..<batch.batch).reversed().map { _ in Sequence(tokens: batch.promptTokens) }
        var running: [Sequence] = []
        var (time, held, most, firstMost) = (0.0, 0, 0, 0.0)
        var (decoding, weighted) = (0.0, 0.0)
        while !waiting.isEmpty || !running.isEmpty {
            var chunk = 0
            while let next = waiting.last, held + next.tokens + running.count < room,
                chunk == 0 || chunk + next.tokens <= Self.chunk
            {
                waiting.removeLast()
                var sequence = next
                chunk += sequence.tokens
                time += prefill(sequence.tokens)
                sequence.tokens += 1
                sequence.generated += 1
                if sequence.firstToken == nil {
                    sequence.firstToken = time
                    firstMost = max(firstMost, time)
                }
                held += sequence.tokens
                running.append(sequence)
            }
            while held + running.count > room, running.count > 1 {
                let last = running.removeLast()
                held -= last.tokens
                waiting.append(last)
            }
            most = max(most, running.count)
            let seconds = roofline.step(
                StepLoad(
                    sequences: running.count, each: Double(held) * slotsPerToken / Double(running.count))
            ).seconds
            weighted += seconds * Double(running.count)
            decoding += seconds
            time += seconds
            for index in running.indices {
                running[index].tokens += 1
                running[index].generated += 1
            }
            held += running.count
            held -= running.filter { $0.generated >= batch.newTokens }.reduce(0) { $0 + $1.tokens }
            running.removeAll { $0.generated >= batch.newTokens }
        }
        return Outcome(
            atOnceMost: most, atOnceMean: weighted / decoding,
            tokensPerSecond: Double(batch.batch * batch.newTokens) / time, firstTokenMost: firstMost)
    }

    private func prefill(_ tokens: Int) -> Double {
        let slots = Double(tokens) * slotsPerToken
        return roofline.prefill([(tokens, slots * Double(tokens + 1) / 2, slots)]).seconds
    }
}
