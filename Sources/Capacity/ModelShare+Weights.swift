extension ModelShare {
    /// Bytes of all weights in so many bits, scales included.
    ///
    /// In 8 and 4 bits that are the products of the layers alone; embeddings, output layer and norms stay in 16, as in
    /// published checkpoints. In 8 bits each output channel has a scale of 16 bits (compressed-tensors, FP8 and INT8);
    /// in 4 each group of 128 inputs a scale of 16 bits and a zero point of 4 (AWQ and GPTQ).
    func weightBytes(bits: Int) -> Int {
        guard bits < 16 else { return parameters * bits / 8 }
        let products = projections + mlp
        let scales = bits == 8 ? channels * 2 : products / 128 * 20 / 8
        return products * bits / 8 + scales + (parameters - products) * 2
    }

    /// Output channels of the products in all layers.
    private var channels: Int {
        let attention = (heads + 2 * kvHeads) * configuration.headDim + configuration.hiddenSize
        return configuration.layers * (attention + 2 * intermediate + configuration.hiddenSize)
    }
}
