/// What a model retrofitted with Dynamic Memory Compression carries in its `config.json`.
public struct DMCSettings: Hashable, Sendable {
    /// Tokens of a segment, the current one included, that take part in its slot; 0 is all (`dmc_window_size`).
    public var window: Int
    /// Taken from the decision logit, added to the importance logit (`dmc_init_val`).
    public var initialValue: Float
    /// The compression ratio it was trained for; for information (`dmc_target_ratio`).
    public var targetRatio: Double?

    /// Settings by their numbers.
    public init(window: Int = 12, initialValue: Float = 5, targetRatio: Double? = nil) {
        self.window = window
        self.initialValue = initialValue
        self.targetRatio = targetRatio
    }
}
