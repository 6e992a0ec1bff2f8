extension ModelConfiguration {
    /// Of a model whose query heads share KV heads, whether it was trained so, or how it was made: `trained with 2 of 8
    /// KV heads`, `gqa:2 averaged, untrained`; nil where every query head has its own.
    public var grouping: String? {
        guard kvHeads < heads else { return nil }
        if isUntrained, let conversion { return conversion }
        return "trained with \(kvHeads) of \(heads) KV heads"
    }

    /// Whether it is as it was trained, without DMC: what evictions run on, and losses are counted from. Weights of 8 bit
    /// are the same model.
    public var isPlain: Bool { dmc == nil && !isUntrained }

    /// Whether its weights were changed after training, and not trained since.
    public var isUntrained: Bool { conversion?.contains("untrained") == true }
}
