extension ModelShare {
    /// Bytes of all weights in a format, scales included.
    func weightBytes(_ format: WeightFormat) -> Int {
        guard format.bits < 16 else { return parameters * format.bits / 8 }
        let quantised = projections + mlp + (format.hasOutput && !configuration.tiesEmbeddings ? output : 0)
        let scales = format.group.map { quantised / $0 } ?? channels
        return quantised * format.bits / 8 + scales * format.scaleBits / 8 + (parameters - quantised) * 2
    }

    /// Output channels of the products in all layers.
    private var channels: Int {
        let attention = (heads + 2 * kvHeads) * configuration.headDim + configuration.hiddenSize
        return configuration.layers * (attention + 2 * intermediate + configuration.hiddenSize)
    }
}
