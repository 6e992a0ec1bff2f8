extension VariantPlan {
    /// How many sequences fit at a moment of the generation, all of them as far along.
    public struct Stage: Hashable, Sendable, Encodable {
        /// Tokens of each sequence at that moment; nil where each is at a moment of its own.
        public var tokens: Int?
        /// How many fit.
        public var batch: BatchOdds
    }

    /// How many sequences fit after the prompt and after each quarter of the generation; and, last, how many of which
    /// each is at a moment of its own, any as likely, as they are where requests come and go.
    public func course() -> [Stage] {
        let ends = (0...4).map { request.promptTokens + $0 * request.newTokens / 4 }
        let together = ends.map { Stage(tokens: $0, batch: odds(at: [$0])) }
        let parts = min(Self.spreadMoments, request.newTokens)
        let moments = (1...parts).map { request.promptTokens + $0 * request.newTokens / parts }
        return together + [Stage(tokens: nil, batch: odds(at: moments))]
    }

    /// Moments that stand for a whole generation: enough that a page more or less does not show.
    private static let spreadMoments = 32

    private func odds(at moments: [Int]) -> BatchOdds {
        let bytes = moments.flatMap { sequence.bytesOnFullestGPU(at: .after($0)) }
        return BatchOdds(BatchCapacity(bytes: bytes, limit: limitBytesPerGPU))
    }
}
