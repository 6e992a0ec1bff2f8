/// The shape and constants of a Llama model, as a `config.json` in Hugging Face's form gives them.
public struct ModelConfiguration: Hashable, Sendable {
    /// Width of the residual stream (`hidden_size`).
    public var hiddenSize: Int
    /// Width inside the MLP (`intermediate_size`).
    public var intermediateSize: Int
    /// Decoder layers (`num_hidden_layers`).
    public var layers: Int
    /// Query heads a layer (`num_attention_heads`).
    public var heads: Int
    /// Key/value heads a layer (`num_key_value_heads`); equal to `heads` in multi-head attention.
    public var kvHeads: Int
    /// Width of a head, in channels (`head_dim`).
    public var headDim: Int
    /// Rows of the embedding (`vocab_size`).
    public var vocabularySize: Int
    /// Added to the mean square in RMSNorm (`rms_norm_eps`).
    public var normEpsilon: Double
    /// Base of the rotary angles (`rope_theta`).
    public var ropeTheta: Double
    /// What stretches the rotary angles to a longer context (`rope_scaling`); nil for nothing.
    public var ropeScaling: RopeScaling?
    /// The context the model was trained for, in tokens (`max_position_embeddings`).
    public var maxPositions: Int
    /// Whether the projections of attention add a bias (`attention_bias`).
    public var attentionBias: Bool
    /// Whether the output layer is the embedding (`tie_word_embeddings`).
    public var tiesEmbeddings: Bool
    /// Beginning-of-sequence token (`bos_token_id`).
    public var bosToken: Int?
    /// End-of-sequence tokens (`eos_token_id`, a number or a list).
    public var eosTokens: [Int]
    /// DMC's constants; nil for a model that was not retrofitted.
    public var dmc: DMCSettings?
    /// What was done to the weights after training, such as `gqa:2 averaged, untrained`; nil if nothing
    /// (`headroom_conversion`, which `headroom convert` writes).
    public var conversion: String?
    /// How the matrices were made whole numbers of 8 bit; nil where they are stored as they are (`quantization_config`).
    public var quantization: WeightQuantization?
    /// What this configuration has that Headroom's core does not compute, by name; empty if it can be run.
    public var unsupported: [String]

    /// A configuration by its numbers; see the properties.
    public init(
        hiddenSize: Int, intermediateSize: Int, layers: Int, heads: Int, kvHeads: Int, headDim: Int,
        vocabularySize: Int, normEpsilon: Double = 1e-5, ropeTheta: Double = 10_000,
        ropeScaling: RopeScaling? = nil, maxPositions: Int, attentionBias: Bool = false, tiesEmbeddings: Bool = false,
        bosToken: Int? = nil, eosTokens: [Int] = [], dmc: DMCSettings? = nil,
        conversion: String? = nil, quantization: WeightQuantization? = nil, unsupported: [String] = []
    ) {
        self.hiddenSize = hiddenSize
        self.intermediateSize = intermediateSize
        self.layers = layers
        self.heads = heads
        self.kvHeads = kvHeads
        self.headDim = headDim
        self.vocabularySize = vocabularySize
        self.normEpsilon = normEpsilon
        self.ropeTheta = ropeTheta
        self.ropeScaling = ropeScaling
        self.maxPositions = maxPositions
        self.attentionBias = attentionBias
        self.tiesEmbeddings = tiesEmbeddings
        self.bosToken = bosToken
        self.eosTokens = eosTokens
        self.dmc = dmc
        self.conversion = conversion
        self.quantization = quantization
        self.unsupported = unsupported
    }
}

extension ModelConfiguration {
    /// Bytes of the keys and values of a token in all heads, in 16-bit numbers.
    public var kvBytesPerToken: Int { layers * kvHeads * 2 * headDim * 2 }

    /// Query heads that share one key/value head.
    public var groupSize: Int { heads / kvHeads }

    /// Parameters, norms and both embeddings included.
    public var parameters: Int {
        let embeddings = vocabularySize * hiddenSize * (tiesEmbeddings ? 1 : 2)
        return embeddings + layers * parametersPerLayer + hiddenSize
    }

    /// Parameters of one decoder layer: two norms, four projections of attention, with or without bias, three of the MLP.
    public var parametersPerLayer: Int {
        let biases = attentionBias ? (heads + 2 * kvHeads) * headDim + hiddenSize : 0
        return biases + 2 * hiddenSize + 2 * (heads + kvHeads) * headDim * hiddenSize + 3 * hiddenSize
            * intermediateSize
    }
}
