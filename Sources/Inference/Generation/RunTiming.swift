/// How long a run spent on what. Wall time, in seconds.
public struct RunTiming: Sendable {
    /// Tokens of prompts, computed in parallel chunks.
    public internal(set) var promptTokens = 0
    /// Time they took, scoring included.
    public internal(set) var promptSeconds = 0.0
    /// Tokens fed one at a time.
    public internal(set) var decodedTokens = 0
    /// Time they took, choice of the next token included.
    public internal(set) var decodeSeconds = 0.0

    /// Bytes of weights that those were multiplied with: all of them at every step, however many sequences it served.
    public internal(set) var decodedWeightBytes = 0

    /// No time spent.
    public init() {}

    /// Prompt tokens a second; nil if there were none.
    public var promptRate: Double? { promptSeconds > 0 ? Double(promptTokens) / promptSeconds : nil }

    /// Tokens fed one at a time, a second, over all sequences of the batch; nil if there were none.
    public var decodeRate: Double? { decodeSeconds > 0 ? Double(decodedTokens) / decodeSeconds : nil }

    /// Bytes of weights a second while tokens were fed one at a time; nil if there were none.
    public var decodeWeightRate: Double? { decodeSeconds > 0 ? Double(decodedWeightBytes) / decodeSeconds : nil }

    /// Runs `work` and returns its result and how long it took.
    static func seconds<Result>(_ work: () throws -> Result) rethrows -> (Result, Double) {
        let start = ContinuousClock.now
        let result = try work()
        let time = (ContinuousClock.now - start).components
        return (result, Double(time.seconds) + Double(time.attoseconds) * 1e-18)
    }
}
