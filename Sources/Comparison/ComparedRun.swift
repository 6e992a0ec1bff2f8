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
    /// The budget's word that the policy was made for; nil where none was.
    public let budget: String?

    /// A run by its parts; see the properties.
    public init(name: String, header: TraceHeader, prompts: [PromptTrace], budget: String? = nil) {
        self.name = name
        self.header = header
        self.prompts = prompts
        self.budget = budget
    }

    /// The run in a finished trace.
    /// - Throws: as `TraceReader`.
    public init(tracePath: String) throws {
        let reader = try TraceReader(path: tracePath)
        self.init(name: tracePath, header: reader.header, prompts: try reader.prompts())
    }

    /// Whether it keeps the whole cache of a plain model in which nothing was averaged: what losses are counted from.
    var isPlain: Bool {
        header.policy == .full && header.configuration.dmc == nil && header.configuration.conversion == nil
    }

    /// What the model is, for a table: trained as what, or made how.
    public var modelNote: String {
        let shape = header.configuration
        if let conversion = shape.conversion { return conversion }
        if shape.dmc != nil { return "retrofitted with DMC" }
        return shape.kvHeads < shape.heads ? "trained with \(shape.kvHeads) of \(shape.heads) KV heads" : "plain"
    }
}
