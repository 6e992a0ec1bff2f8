import Traces

/// What `inspect` shows of a trace. The whole file is checked when this is made.
public struct InspectReport {
    /// The trace, finished or not.
    public let reader: TraceReader
    /// Its prompts in figures.
    public let summary: TraceSummary
    /// How its heads merge and drop.
    public let profile: TraceProfile
    /// What its bytes are spent on.
    public let size: TraceSize
    /// Whether every decision is to be shown.
    public let showsDecisions: Bool
    /// After how many tokens of each prompt to show which positions every head holds; nil for not at all.
    public let keptAfter: Int?
    /// The texts of its tokens, where they are known.
    let names: TokenNames?

    /// Reads the trace at `path`.
    /// - Throws: `FileError` or `TraceError` where it cannot be read, is damaged, or of a later format; where `names`
    ///   are of another tokenizer, or the trace has nothing to name.
    public init(path: String, showsDecisions: Bool = false, keptAfter: Int? = nil, names: TokenNames? = nil) throws {
        reader = try TraceReader(path: path, allowUnfinished: true)
        try names?.check(reader.header, of: path)
        self.names = names
        let header = reader.header
        let shape = header.configuration
        var profile = TraceProfile(layers: shape.layers, kvHeads: shape.kvHeads)
        var prompts: [PromptSummary] = []
        var size = TraceSize(fileBytes: reader.fileBytes)
        try reader.forEachPrompt {
            prompts.append(PromptSummary($0))
            size.add($0, of: header)
            profile.add($0)
        }
        summary = TraceSummary(header: header, prompts: prompts)
        self.size = size
        self.profile = profile
        self.showsDecisions = showsDecisions
        self.keptAfter = keptAfter
    }

    /// One line that says so where the recording lacks its end; nil where it is finished.
    public var warning: String? {
        guard !reader.isFinished else { return nil }
        let torn = reader.tornBytes == 0 ? "" : ", and \(reader.tornBytes) bytes of one that was not finished"
        return "\(reader.path): unfinished recording: \(reader.promptCount) whole prompts\(torn); "
            + "`record --resume` goes on with it"
    }
}

extension PromptTrace {
    /// Positions that a head holds after `count` tokens, or all where there are fewer: `0-3 96-127`.
    func keptRanges(layer: Int, kvHead: Int, after count: Int) -> String {
        var ranges: [ClosedRange<Int>] = []
        for position in kept(layer: layer, kvHead: kvHead, after: min(count, tokens)) {
            if let last = ranges.last, last.upperBound + 1 == position {
                ranges[ranges.count - 1] = last.lowerBound...position
            } else {
                ranges.append(position...position)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: " ")
    }
}

extension EvictionLog {
    /// A head's drops as `token:position`, apart by spaces.
    func words(layer: Int, kvHead: Int) -> String {
        self[layer, kvHead].map { "\($0.token):\($0.position)" }.joined(separator: " ")
    }
}

extension DecisionBits {
    /// A head's decisions, a character a token: `0` for append, `1` for merge.
    func digits(layer: Int, kvHead: Int) -> String {
        String(decoding: (0..<tokens).map { UInt8(self[layer, kvHead, $0] ? 0x31 : 0x30) }, as: UTF8.self)
    }
}
