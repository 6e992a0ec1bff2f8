/// How a DMC head's logit becomes a decision.
public enum DecisionRule: String, Sendable, Codable {
    /// Merge iff the unrounded logit − `dmc_init_val` > 0.
    case plain
}
