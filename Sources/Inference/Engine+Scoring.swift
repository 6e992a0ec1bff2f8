import Kernels

extension Engine {
    /// Negative log-likelihood in nats of `token` under logits of the whole vocabulary.
    /// - Throws: `NonFiniteLogits`.
    func score(of token: Int, _ logits: UnsafeBufferPointer<Float>, position: Int) throws -> Float {
        let score = logSumExp(logits.baseAddress!, count: logits.count) - Double(logits[token])
        guard score.isFinite else { throw NonFiniteLogits(position: position) }
        return Float(score)
    }

    /// The same for the token behind each of `count` tokens from `first` on, the last of all having none behind it.
    func scores(of tokens: [Int], from first: Int, _ count: Int, _ logits: UnsafePointer<Float>) throws -> [Float] {
        let vocabulary = model.configuration.vocabularySize
        let scored = min(count, tokens.count - 1 - first)
        var sums = [Double](repeating: 0, count: max(0, scored))
        sums.withUnsafeMutableBufferPointer { sums in
            // Each row is one thread's own.
            nonisolated(unsafe) let sums = sums
            pool.forEach(sums.count) { row, _ in
                sums[row] = logSumExp(logits + row * vocabulary, count: vocabulary)
            }
        }
        return try sums.indices.map { row in
            let score = sums[row] - Double(logits[row * vocabulary + tokens[first + row + 1]])
            guard score.isFinite else { throw NonFiniteLogits(position: first + row) }
            return Float(score)
        }
    }
}
