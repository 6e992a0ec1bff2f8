/// All that a projection depends on. Every number is an input that a row names; the defaults are in `init`.
public struct PlanRequest: Sendable {
    /// The model to plan for.
    public var model: PlannedModel
    /// The GPU to plan on.
    public var gpu: GPU
    /// GPUs that share every layer (tensor parallelism).
    public var gpus: Int
    /// Memory of each GPU in bytes that a process sees, in place of what is known of the GPU.
    public var gpuMemoryBytes: Int?
    /// Tokens of a prompt.
    public var promptTokens: Int
    /// Tokens generated after it.
    public var newTokens: Int
    /// Where DMC's head lengths come from; without it no DMC row can be had.
    public var lengths: HeadLengthSource?
    /// The rows beside `full` and `dmc`, in order.
    public var variants: [PlanVariant]
    /// Sequences that run at once; nil for as many as fit.
    public var batch: Int?
    /// Slots of a page.
    public var pageSlots: Int
    /// When pages are handed out.
    public var allocation = PageAllocation.needed
    /// Which heads share a block table.
    public var tableSharing = TableSharing.head
    /// Which KV heads go to which GPU.
    public var placement = PlacementRule.contiguous
    /// Bits of a cached number: 8 means FP8.
    public var kvBits: Int
    /// Bits of scale that go with a slot's key, and with its value, in a cache of less than 16 bits; nil for what
    /// engines store.
    public var kvScaleBits: Int?
    /// Bits of a number of DMC's open segments; half precision in the reference.
    public var stateBits: Int
    /// Bits of a weight; by default what the model's own are stored in, 16 where its configuration does not say.
    public var weightBits: Int
    /// Bytes of each GPU that the driver's context, libraries and communication take. vLLM's logs show 0.13 to 1.79 GiB
    /// on one GPU ("non_torch_memory": pull requests 10511 and 12126, issue 10517), more on several.
    public var contextBytes = 512 << 20
    /// Bytes of each GPU that captured graphs take. vLLM's logs show 0.17 to 0.36 GiB for small sets of sizes ("Estimated
    /// CUDA graph memory", gpustack/runner pull request 251), more for larger ones.
    public var graphBytes = 512 << 20
    /// Share of the memory that may be used at all; the rest is for context, graphs, and what nobody counts.
    public var utilization: Double
    /// Highest number of bytes of cache, all GPUs together; nil for what the memory has room for.
    public var budgetBytes: Int?
    /// Tokens of a prompt that are run at once.
    public var prefillChunk: Int
    /// Sequences that get a token at once at most, for whose logits there must be room: vLLM's `max_num_seqs`.
    public var maxSequences = 256

    /// A request by its parts; see the properties.
    public init(
        model: PlannedModel, gpu: GPU, gpus: Int = 1, gpuMemoryBytes: Int? = nil, promptTokens: Int, newTokens: Int,
        lengths: HeadLengthSource? = nil, variants: [PlanVariant] = [], batch: Int? = nil, pageSlots: Int = 16,
        kvBits: Int = 16, stateBits: Int = 16, weightBits: Int? = nil, utilization: Double = 0.92,
        budgetBytes: Int? = nil, prefillChunk: Int = 2048
    ) {
        self.model = model
        self.gpu = gpu
        self.gpus = gpus
        self.gpuMemoryBytes = gpuMemoryBytes
        self.promptTokens = promptTokens
        self.newTokens = newTokens
        self.lengths = lengths
        self.variants = variants
        self.batch = batch
        self.pageSlots = pageSlots
        self.kvBits = kvBits
        self.stateBits = stateBits
        self.weightBits = weightBits ?? (model.configuration.quantization == nil ? 16 : 8)
        self.utilization = utilization
        self.budgetBytes = budgetBytes
        self.prefillChunk = prefillChunk
    }
}

extension PlanRequest {
    /// Tokens of a sequence at its end: the last generated one is fed, too.
    public var tokens: Int { promptTokens + newTokens }

    /// How weights are stored.
    var weights: WeightFormat {
        WeightFormat(bits: weightBits, quantization: model.configuration.quantization)
    }

    /// Memory of each GPU in bytes.
    public var memoryBytes: Int { gpuMemoryBytes ?? gpu.memoryBytes }

    /// What of it the driver keeps from every process.
    var driverBytes: Int { memoryBytes - processBytes }

    /// What of it a process sees.
    public var processBytes: Int { gpuMemoryBytes ?? gpu.processBytes }

    /// Sequences whose logits are there at once.
    public var sampledSequences: Int { max(maxSequences, batch ?? 0) }

    /// Tokens of prompts that are run at once, of no more than there can be.
    public var fedTokens: Int { min(prefillChunk, promptTokens * sampledSequences) }
}
