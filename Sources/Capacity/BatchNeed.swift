import Descriptions

/// What a batch needs: how much memory on each of several numbers of GPUs, and which GPUs have it.
public struct BatchNeed: Sendable, Encodable {
    /// The policy's word as it was given.
    public var policy: String
    /// Whether grouped KV heads were trained so; nil where every query head has its own.
    public var groupTraining: GroupTraining?
    /// Sequences at once.
    public var batch: Int
    /// Memory by number of GPUs, in order.
    public var memory: [Memory]
    /// Each GPU, in the order given.
    public var gpus: [Choice]
    /// Where head lengths come from.
    public var source: PlanRow.Source
    /// Tokens of the shortest recording that was extended beyond its end; nil where none was.
    public var extendedFrom: Int?
    /// What a reader must know, in plain sentences.
    public var notes: [String]

    /// The least memory that a process must see of each of so many GPUs.
    public struct Memory: Hashable, Sendable, Encodable {
        /// GPUs that share every layer.
        public var gpus: Int
        /// Bytes of each GPU's weights.
        public var weightsBytes: Int
        /// Bytes of memory where every sequence is the prompt that needs most.
        public var worstBytes: Int
        /// Bytes of memory where prompts are drawn at random and fit with probability 0.999.
        public var p999Bytes: Int

        enum CodingKeys: String, CodingKey {
            case gpus
            case weightsBytes = "weights_bytes_per_gpu"
            case worstBytes = "memory_bytes_per_gpu"
            case p999Bytes = "memory_bytes_per_gpu_p999"
        }
    }

    /// How many of one kind of GPU hold the batch, copies of the prompt that needs most.
    public struct Choice: Hashable, Sendable, Encodable {
        /// Name of the GPU.
        public var gpu: String
        /// Bytes of memory of one.
        public var memoryBytes: Int
        /// What of it a process sees.
        public var usableBytes: Int
        /// The least number of them, of those asked about; nil where none is enough.
        public var gpus: Int?
        /// The least number where prompts are drawn at random and fit with probability 0.999.
        public var gpusP999: Int?
        /// Seconds of a decode step of the batch, mean over the generation, on `gpus` of them.
        public var stepSeconds: Double?
        /// Tokens a second of the batch, decode alone.
        public var throughputTokensPerSecond: Double?
        /// Where the times come from.
        public var timeSource: TimeSource
        /// The engine whose times they are; nil where nobody measured any.
        public var engine: String?
        /// The mean error to expect of them, relative; nil where nobody tried.
        public var stepError: Double?
        /// What to know of them.
        public var timeNotes: [String]

        enum CodingKeys: String, CodingKey {
            case gpu, gpus, engine
            case memoryBytes = "memory_bytes"
            case usableBytes = "usable_bytes"
            case gpusP999 = "gpus_p999"
            case stepSeconds = "step_seconds"
            case throughputTokensPerSecond = "throughput_tokens_per_second"
            case timeSource = "time_source"
            case stepError = "time_error"
            case timeNotes = "time_notes"
        }
    }

    enum CodingKeys: String, CodingKey {
        case policy, batch, memory, gpus, source, notes
        case groupTraining = "group_training"
        case extendedFrom = "extended_from"
    }
}
