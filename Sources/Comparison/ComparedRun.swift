import Descriptions
import Traces

/// One run of the prompts, under one policy.
public struct ComparedRun: Sendable {
    /// What to call it in errors: the trace's path, or the policy's word.
    public let name: String
    /// What made it.
    public let header: TraceHeader
    /// The prompts, in order.
    public let prompts: [PromptTrace]
    /// The budget's word that the policy was made for; nil where the policy sets no limit.
    public let budget: String?

    /// A run by its parts; see the properties.
    public init(name: String, header: TraceHeader, prompts: [PromptTrace], budget: String? = nil) {
        self.name = name
        self.header = header
        self.prompts = prompts
        self.budget = budget
    }

    /// The run in a finished trace, its budget being that of its policy.
    /// - Throws: as `TraceReader`.
    public init(tracePath: String) throws {
        let reader = try TraceReader(path: tracePath)
        self.init(
            name: tracePath, header: reader.header, prompts: try reader.prompts(),
            budget: CacheBudget.word(of: reader.header.policy))
    }

    /// Whether it keeps the whole cache of a plain model: what losses are counted from.
    var isPlain: Bool { header.policy == .full && header.configuration.isPlain }

    /// Whether all its likelihoods come from before its policy's first cut: under `prefill=full` and `prefill=only` that
    /// follows the prompt's last token, which predicts the first one behind the prompt.
    var isUntested: Bool {
        header.policy.readsPromptsWhole && !prompts.contains(where: \.hasRest)
    }

    /// What a table calls the model `name`: that, and of grouped heads whether they were trained. That is said of all
    /// but those whose checkpoint says otherwise.
    public func label(named name: String) -> String {
        let shape = header.configuration
        guard shape.kvHeads < shape.heads else { return name }
        return "\(name), \(shape.isUntrained ? "untrained" : "trained")"
    }

    /// What the model is, for a table: trained as what, or made how.
    public var modelNote: String {
        let shape = header.configuration
        let parts: [String?] = [
            shape.dmc == nil ? nil : "retrofitted with DMC", shape.grouping,
            shape.conversion == shape.grouping ? nil : shape.conversion,
        ]
        let notes = parts.compactMap { $0 }
        return notes.isEmpty ? "plain" : notes.joined(separator: ", ")
    }
}
