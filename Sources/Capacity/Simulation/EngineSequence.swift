/// A request within an engine.
struct EngineSequence {
    /// The request's number in the workload.
    let number: Int
    /// What it holds and reads.
    let curve: any SequenceCurve
    /// Tokens of its prompt.
    let promptTokens: Int
    /// Tokens to generate.
    let newTokens: Int
    /// Tokens generated so far.
    var emitted = 0
    /// Tokens whose keys and values are in the cache.
    var computed = 0
    /// Tokens that the step under way feeds.
    var scheduled = 0

    init(_ request: Workload.Request, number: Int, curve: any SequenceCurve) {
        self.number = number
        self.curve = curve
        promptTokens = request.promptTokens
        newTokens = request.newTokens
    }

    /// Tokens that are known: the prompt and what was generated.
    var known: Int { promptTokens + emitted }

    /// Known tokens that are not in the cache yet: one while it decodes.
    var pending: Int { known - computed }

    /// Whether its step feeds the newest token alone, on top of a cache that holds all others.
    var isDecoding: Bool { computed > 0 && emitted > 0 && pending == 1 }
}
