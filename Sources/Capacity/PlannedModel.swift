import Descriptions

/// A model to plan for: its shape, under a name.
public struct PlannedModel: Hashable, Sendable {
    /// The name it is listed by, or that of the user's file.
    public var name: String
    /// Other names it goes by.
    public var aliases: [String]
    /// Its shape.
    public var configuration: ModelConfiguration
    /// Where the shape comes from.
    public var sources: [Provenance]

    /// A model by its parts; see the properties.
    public init(
        name: String, aliases: [String] = [], configuration: ModelConfiguration, sources: [Provenance] = []
    ) {
        self.name = name
        self.aliases = aliases
        self.configuration = configuration
        self.sources = sources
    }
}

extension PlannedModel {
    /// Whether its KV heads were trained as they are; nil where every query head has its own. A file without sources may
    /// come from anywhere.
    public var groupTraining: GroupTraining? {
        guard configuration.kvHeads < configuration.heads else { return nil }
        if configuration.isUntrained { return .untrained }
        return sources.isEmpty ? .unknown : .published
    }
}

extension PlannedModel: Encodable {
    enum CodingKeys: String, CodingKey {
        case name, aliases, layers, heads, hidden, ffn, vocab, parameters, sources
        case kvHeads = "kv_heads"
        case headDim = "head_dim"
        case maxPositions = "max_positions"
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name, forKey: .name)
        try fields.encode(aliases, forKey: .aliases)
        try fields.encode(configuration.layers, forKey: .layers)
        try fields.encode(configuration.heads, forKey: .heads)
        try fields.encode(configuration.kvHeads, forKey: .kvHeads)
        try fields.encode(configuration.headDim, forKey: .headDim)
        try fields.encode(configuration.hiddenSize, forKey: .hidden)
        try fields.encode(configuration.intermediateSize, forKey: .ffn)
        try fields.encode(configuration.vocabularySize, forKey: .vocab)
        try fields.encode(configuration.maxPositions, forKey: .maxPositions)
        try fields.encode(configuration.parameters, forKey: .parameters)
        try fields.encode(sources, forKey: .sources)
    }
}
