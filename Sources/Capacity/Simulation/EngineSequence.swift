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
    /// Whether the last known token of what is prefilled is fed by a decode step of its own.
    let promptEndsInDecode: Bool
    /// Tokens generated so far.
    var emitted = 0
    /// Tokens whose keys and values are in the cache.
    var computed = 0
    /// Tokens that the step under way feeds.
    var scheduled = 0

    init(_ request: Workload.Request, number: Int, curve: any SequenceCurve, promptEndsInDecode: Bool) {
        self.number = number
        self.curve = curve
        promptTokens = request.promptTokens
        newTokens = request.newTokens
        self.promptEndsInDecode = promptEndsInDecode
    }

    /// Tokens that are known: the prompt and what was generated.
    var known: Int { promptTokens + emitted }

    /// Tokens that its next steps feed before the next decode: one while it decodes.
    var pending: Int {
        let missing = known - computed
        return promptEndsInDecode && missing > 1 ? missing - 1 : missing
    }

    /// Whether its step feeds the newest token alone, on top of a cache that holds all others.
    var isDecoding: Bool { computed > 0 && (emitted > 0 || promptEndsInDecode) && known - computed == 1 }
}
