import Descriptions

/// What the fullest of several GPUs holds of a model's weights: attention by heads, the MLP by columns, the embeddings
/// by rows (Shoeybi et al. 2019, Megatron-LM); norms everywhere.
struct ModelShare: Sendable {
    /// The whole model.
    let configuration: ModelConfiguration
    /// Query heads on this GPU.
    let heads: Int
    /// KV heads on this GPU, copies included.
    let kvHeads: Int
    /// Columns of the MLP on this GPU.
    let intermediate: Int
    /// Rows of each embedding on this GPU.
    let vocabulary: Int

    init(_ configuration: ModelConfiguration, placement: Placement) {
        let gpus = placement.gpus
        self.configuration = configuration
        kvHeads = placement.mostKVHeads
        heads =
            gpus <= configuration.kvHeads
            ? kvHeads * configuration.groupSize : Self.share(configuration.heads, of: gpus)
        intermediate = Self.share(configuration.intermediateSize, of: gpus)
        vocabulary = Self.share(configuration.vocabularySize, of: gpus)
    }

    private static func share(_ count: Int, of gpus: Int) -> Int { (count + gpus - 1) / gpus }

    /// Parameters of attention's four projections in all layers.
    var projections: Int {
        configuration.layers * 2 * (heads + kvHeads) * configuration.headDim * configuration.hiddenSize
    }
    /// Parameters of the MLP's three products in all layers.
    var mlp: Int { configuration.layers * 3 * configuration.hiddenSize * intermediate }
    /// Parameters of the output layer.
    var output: Int { vocabulary * configuration.hiddenSize }
    /// All parameters.
    var parameters: Int {
        let norms = (2 * configuration.layers + 1) * configuration.hiddenSize
        let biases =
            configuration.attentionBias ? (heads + 2 * kvHeads) * configuration.headDim + configuration.hiddenSize : 0
        return projections + mlp + output * (configuration.tiesEmbeddings ? 1 : 2) + norms
            + configuration.layers * biases
    }
    /// KV heads on this GPU, all layers together: slots that a token of a plain cache adds.
    var layerKVHeads: Int { configuration.layers * kvHeads }
    /// Query heads that read one KV head.
    var groupSize: Double { Double(heads) / Double(kvHeads) }
}
