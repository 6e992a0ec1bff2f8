/// How the next token is chosen from logits.
public struct SamplingSettings: Hashable, Sendable {
    /// Divides the logits; 0 takes the likeliest token.
    public var temperature: Double
    /// Only the so many likeliest tokens; nil takes all.
    public var topK: Int?
    /// Only the likeliest tokens that together have this share of probability; nil takes all.
    public var topP: Double?

    /// The likeliest token.
    public static let greedy = SamplingSettings(temperature: 0)

    /// Settings by their numbers; see the properties.
    public init(temperature: Double, topK: Int? = nil, topP: Double? = nil) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
    }
}

extension SamplingSettings: CustomStringConvertible {
    /// As a trace's header has them.
    public var description: String {
        guard temperature > 0 else { return "greedy" }
        var parts = ["temperature=\(temperature)"]
        if let topK { parts.append("top-k=\(topK)") }
        if let topP { parts.append("top-p=\(topP)") }
        return parts.joined(separator: ",")
    }
}
