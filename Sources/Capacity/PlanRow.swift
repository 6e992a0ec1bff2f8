import Descriptions

/// One projection: what a policy needs and gives on a GPU. Nothing in it is measured.
public struct PlanRow: Hashable, Sendable {
    /// Where head lengths come from.
    public enum Source: String, Sendable, Codable {
        /// A trace of this very model.
        case recorded
        /// A trace of another model, mapped onto this one.
        case scaled
        /// A bare ratio, every head alike.
        case uniform
        /// No decisions are involved: the policy's own arithmetic.
        case arithmetic
    }

    /// What keeps the batch from being larger.
    public enum Limit: String, Sendable, Codable {
        /// The weights and the reserve leave no room.
        case weights
        /// The reserve alone leaves no room, whatever the weights are; they would fit by themselves.
        case reserve
        /// The cache fills the GPU's memory at the end of the generation.
        case memory
        /// The cache fills the budget that was given.
        case budget
        /// The whole prompt, held before the policy cuts it, fills the memory or the budget.
        case prefill
    }

    /// A part of the memory that neither weights nor cache may use, in bytes on each GPU.
    public struct Reserve: Hashable, Sendable, Codable {
        /// What the driver keeps from every process.
        public var driver: Int
        /// What caches never get: (1 − utilization) of what a process sees, and at least what context and graphs take.
        public var margin: Int
        /// Of the margin: the driver's context, libraries, communication.
        public var context: Int
        /// Of the margin: captured graphs.
        public var graphs: Int
        /// Activations of one prefill chunk.
        public var activations: Int
        /// Logits of the sequences that get a token at once, in float32, and the copy that sampling works on.
        public var logits: Int
        /// Attention probabilities of one prefill chunk in one layer, which eviction policies look at.
        public var probabilities: Int

        /// All parts together; context and graphs are in the margin.
        public var total: Int { driver + margin + activations + logits + probabilities }
    }

    // MARK: Inputs

    /// The policy's word as it was given.
    public var policy: String
    /// Whether grouped KV heads were trained so; nil where every query head has its own.
    public var groupTraining: GroupTraining?
    /// Name of the model.
    public var model: String
    /// Name of the GPU.
    public var gpu: String
    /// GPUs that share every layer.
    public var gpus: Int
    /// Memory of each GPU in bytes.
    public var gpuMemoryBytes: Int
    /// Tokens of a prompt.
    public var promptTokens: Int
    /// Tokens generated after it.
    public var newTokens: Int
    /// Slots of a page.
    public var pageSlots: Int
    /// When pages are handed out.
    public var allocation: PageAllocation
    /// Which heads share a block table.
    public var blockTables: TableSharing
    /// Which KV heads go to which GPU.
    public var placement: PlacementRule
    /// Bits of a cached number.
    public var kvBits: Int
    /// Bits of scale that go with a slot's key, and with its value.
    public var kvScaleBits: Int
    /// Bits of a weight.
    public var weightBits: Int
    /// Share of the memory that may be used at all.
    public var utilization: Double
    /// Bytes of cache allowed on all GPUs together, if limited.
    public var budgetBytes: Int?

    // MARK: Memory

    /// Slots of plain attention over slots held at the end of the generation, all prompts together.
    public var compressionRatio: Double
    /// Bytes of the weights, all GPUs together.
    public var weightsBytes: Int
    /// Bytes of the weights on the GPU that holds most.
    public var weightsBytesPerGPU: Int
    /// Bytes of the keys and values that a sequence holds at the end of the generation, mean over prompts: what it would
    /// take in pages of one slot for each head alone.
    public var kvLogicalBytesPerSequence: Int
    /// Bytes of cache a sequence takes at the end of the generation, mean over prompts, in whole pages, all GPUs together.
    public var kvBytesPerSequence: Int
    /// The same for the prompt that needs most, at its peak.
    public var kvPeakBytesPerSequence: Int
    /// Bytes of DMC's open segments, or of an eviction policy's scores, mean over prompts.
    public var stateBytesPerSequence: Int
    /// Bytes of block tables and lengths, mean over prompts.
    public var tableBytesPerSequence: Int
    /// What the fullest GPU holds over an even share of the keys and values, from 1 on.
    public var kvImbalance: Double
    /// Bytes of each GPU that neither weights nor cache may use.
    public var reservedBytes: Int
    /// Its parts.
    public var reserved: Reserve
    /// Bytes that are left for caches on the fullest GPU; below 0 where the weights do not fit.
    public var availableBytesPerGPU: Int

    // MARK: Batch and time

    /// Largest number of copies of the prompt that needs most.
    public var maxBatch: Int
    /// Largest number of prompts drawn with replacement that fit, all at their peak, with probability 0.5.
    public var maxBatchP50: Int
    /// The same with probability 0.99.
    public var maxBatchP99: Int
    /// The same with probability 0.999.
    public var maxBatchP999: Int
    /// Tokens that vLLM reports as `GPU KV cache size`; nil for policies it does not have.
    public var kvCacheTokens: Int?
    /// What vLLM reports as `Maximum concurrency` for the sequence's tokens; nil for policies it does not have.
    public var maxConcurrency: Double?
    /// What keeps the batch from being larger.
    public var limitedBy: Limit
    /// The batch that the times below are for; nil where none fits.
    public var batch: Int?
    /// Seconds of a decode step, mean over the generation.
    public var stepSeconds: Double?
    /// Its parts, mean over the generation.
    public var step: StepTime?
    /// Tokens generated a second, all sequences together, decode alone.
    public var throughputTokensPerSecond: Double?
    /// Requests finished a second, prefill included.
    public var requestThroughput: Double?
    /// Seconds of the prefill of one prompt alone on an idle GPU.
    public var ttftSeconds: Double?

    // MARK: Where it comes from

    /// Where head lengths come from.
    public var source: Source
    /// Tokens of the shortest recording that was extended beyond its end; nil where none was.
    public var extendedFrom: Int?
    /// The GPU whose efficiencies the times use.
    public var efficienciesOf: String
    /// The engine whose efficiencies they are; nil where nobody measured them.
    public var engine: String?
    /// Where the times come from.
    public var timeSource: TimeSource
    /// The mean error to expect of `stepSeconds`, relative, from cross-validation; nil where nothing was measured.
    public var stepError: Double?
    /// The same for `ttftSeconds`.
    public var ttftError: Double?
    /// What to know of the times: whose numbers they are, and where they go beyond what was measured.
    public var timeNotes: [String]
    /// The last of these in numbers.
    public var extrapolations: [Extrapolation]
    /// What a reader must know, in plain sentences.
    public var notes: [String]
}
