import Descriptions

/// What made a recording. Two traces may be joined, or one resumed, only where all of this agrees.
public struct TraceHeader: Equatable, Sendable {
    /// The model's name, as a person knows it (the folder's name).
    public var model: String
    /// The model's shape; `unsupported`, `quantization` and token ids are not kept.
    public var configuration: ModelConfiguration
    /// SHA-256 that stands for the checkpoint, in hexadecimal.
    public var checkpointFingerprint: String
    /// SHA-256 of the tokenizer's file, in hexadecimal; empty where prompts came as tokens.
    public var tokenizerFingerprint: String
    /// The policy that ran, sizes and all.
    public var policy: CachePolicy
    /// How logits became decisions.
    public var decisionRule: DecisionRule
    /// What activations were rounded to.
    public var arithmetic: ArithmeticMode
    /// The kernels whose rounding the numbers carry, such as `avx512`.
    public var kernelSet: String
    /// Seed of the sampling; 0 for greedy.
    public var seed: UInt64
    /// Highest number of tokens generated for a prompt.
    public var maxNewTokens: Int
    /// Sampling's settings as text (`greedy`, `temperature=0.8,top-k=40,top-p=0.95`).
    public var sampling: String
    /// SHA-256 over the ids and tokens of all prompts in order, in hexadecimal.
    public var promptListDigest: String
    /// Whether the token ids are kept beside their digests.
    public var keepsTokens: Bool
    /// Whether decisions are compressed where that is shorter: in format version 2.
    public var compressesDecisions: Bool
    /// Which part of a recording this is; nil for a whole one. The prompt list is that of the whole.
    public var shard: TraceShard?

    /// A header by its fields; see the properties.
    public init(
        model: String, configuration: ModelConfiguration, checkpointFingerprint: String,
        tokenizerFingerprint: String, policy: CachePolicy, decisionRule: DecisionRule = .plain,
        arithmetic: ArithmeticMode = .float32, kernelSet: String, seed: UInt64 = 0, maxNewTokens: Int = 0,
        sampling: String = "greedy", promptListDigest: String, keepsTokens: Bool = false,
        compressesDecisions: Bool = false, shard: TraceShard? = nil
    ) {
        self.model = model
        self.configuration = configuration
        self.checkpointFingerprint = checkpointFingerprint
        self.tokenizerFingerprint = tokenizerFingerprint
        self.policy = policy
        self.decisionRule = decisionRule
        self.arithmetic = arithmetic
        self.kernelSet = kernelSet
        self.seed = seed
        self.maxNewTokens = maxNewTokens
        self.sampling = sampling
        self.promptListDigest = promptListDigest
        self.keepsTokens = keepsTokens
        self.compressesDecisions = compressesDecisions
        self.shard = shard
    }

    /// Whether another recording is of the same model: of the same checkpoint or, where neither names one, as imports
    /// may not, of the same name and shape.
    public func isOfSameModel(as other: TraceHeader) -> Bool {
        checkpointFingerprint == other.checkpointFingerprint && configuration == other.configuration
            && (!checkpointFingerprint.isEmpty || model == other.model)
    }
}
