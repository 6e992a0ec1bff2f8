/// What a trace's bytes are spent on. The parts sum to `fileBytes`.
public struct TraceSize: Equatable, Sendable {
    /// The whole file.
    public let fileBytes: Int
    /// Decisions in it: tokens × layers × KV heads, over all prompts.
    public private(set) var decisions = 0
    /// Bytes of decisions: bits, each head's filled up to whole words of 64, or what they were compressed to.
    public private(set) var decisionBytes = 0
    /// Negative log-likelihoods in it.
    public private(set) var likelihoods = 0
    /// Bytes of likelihoods: four each.
    public private(set) var likelihoodBytes = 0
    /// Drops of eviction policies in it, over all heads.
    public private(set) var drops = 0
    /// Bytes that the drops take; none under a policy that drops nothing.
    public private(set) var evictionBytes = 0
    /// Bytes of token ids, where they are kept: four each.
    public private(set) var tokenBytes = 0

    /// A file of so many bytes with nothing counted yet.
    public init(fileBytes: Int) { self.fileBytes = fileBytes }

    /// Everything else: the header, block headers, checksums, digests, ids, padding, and what a killed writer left.
    public var framingBytes: Int { fileBytes - decisionBytes - likelihoodBytes - evictionBytes - tokenBytes }

    /// Bytes of decisions a decision: of plain ones 1/8, and what filling up to whole words adds. Nil without a decision.
    public var decisionBytesPerDecision: Double? { perDecision(decisionBytes) }

    /// Bytes of the whole file a decision. Nil without a decision.
    public var bytesPerDecision: Double? { perDecision(fileBytes) }

    /// Counts a prompt of the file, which has this header.
    public mutating func add(_ prompt: PromptTrace, of header: TraceHeader) {
        decisions += prompt.tokens * prompt.decisions.layers * prompt.decisions.kvHeads
        decisionBytes += prompt.decisions.contents(compressed: header.compressesDecisions).bytes.count
        likelihoods += prompt.negativeLogLikelihoods.count
        likelihoodBytes += prompt.negativeLogLikelihoods.count * 4
        drops += prompt.evictions?.count ?? 0
        evictionBytes += prompt.evictions?.contents.count ?? 0
        tokenBytes += (prompt.tokenIDs?.count ?? 0) * 4
    }

    private func perDecision(_ bytes: Int) -> Double? { decisions == 0 ? nil : Double(bytes) / Double(decisions) }
}
