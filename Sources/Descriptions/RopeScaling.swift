import Foundation

/// Llama 3's change to the rotary angles, which stretches a model to a longer context (`rope_scaling` of type `llama3`):
/// slow channels turn `factor` times more slowly, fast ones as before, and those between by a mixture.
public struct RopeScaling: Hashable, Sendable {
    /// How many times longer the context became (`factor`).
    public var factor: Double
    /// Channels that turn less often than this within the original context are slow (`low_freq_factor`).
    public var lowFrequencyFactor: Double
    /// Channels that turn more often than this are fast (`high_freq_factor`).
    public var highFrequencyFactor: Double
    /// The context before (`original_max_position_embeddings`).
    public var originalPositions: Int

    /// A scaling by its numbers; see the properties.
    public init(
        factor: Double, lowFrequencyFactor: Double = 1, highFrequencyFactor: Double = 4, originalPositions: Int = 8192
    ) {
        self.factor = factor
        self.lowFrequencyFactor = lowFrequencyFactor
        self.highFrequencyFactor = highFrequencyFactor
        self.originalPositions = originalPositions
    }

    /// What becomes of a channel's angle per position.
    public func scaled(_ frequency: Double) -> Double {
        let turns = Double(originalPositions) * frequency / (2 * .pi)
        if turns < lowFrequencyFactor { return frequency / factor }
        if turns > highFrequencyFactor { return frequency }
        let share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
        return (1 - share) * frequency / factor + share * frequency
    }
}

extension RopeScaling {
    /// The scaling in a configuration; nil where there is none, or one that is not Llama 3's.
    init?(_ fields: ConfigurationFields) throws {
        guard let scaling = try fields.ropeFields, try scaling.ropeType == "llama3" else { return nil }
        guard let factor = try scaling.positive("factor"),
            let low = try scaling.positive("low_freq_factor"), let high = try scaling.positive("high_freq_factor"),
            let positions = try scaling.optionalSize("original_max_position_embeddings", limit: 1 << 30)
        else {
            throw scaling.error(
                "rope_type", expected: "factor, low_freq_factor, high_freq_factor and original_max_position_embeddings",
                found: "not all of them")
        }
        guard low < high else {
            throw scaling.error("high_freq_factor", expected: "a number above \(low)", found: "\(high)")
        }
        self.init(factor: factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions: positions)
    }
}
