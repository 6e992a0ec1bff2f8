/// How much of a GPU's peaks real kernels reach, and what they cost beside: the few numbers that a roofline needs and
/// a datasheet does not have. Shares are between 0 and 1, times in seconds.
public struct Efficiencies: Hashable, Sendable, Codable {
    /// Share of the memory's bandwidth at which a decode step reads weights.
    public var weightsMemory: Double
    /// Share of the memory's bandwidth at which decode attention reads keys and values.
    public var attentionMemory: Double
    /// Share of the peak arithmetic that dense products of many rows reach.
    public var matrixCompute: Double
    /// Share of the peak arithmetic that attention over a prompt reaches.
    public var attentionCompute: Double
    /// Share of the interconnect's bandwidth that an all-reduce reaches.
    public var interconnect: Double
    /// Fixed cost of a layer in a step: launches, norms, rotation, writing the cache.
    public var layerSeconds: Double
    /// Fixed cost of a step: scheduling, embedding, sampling.
    public var stepSeconds: Double
    /// Cost of each sequence in a step: its part of scheduling and sampling.
    public var sequenceSeconds: Double
    /// Fixed cost of one all-reduce.
    public var allReduceSeconds: Double

    /// Efficiencies by their numbers; see the properties.
    public init(
        weightsMemory: Double, attentionMemory: Double, matrixCompute: Double, attentionCompute: Double,
        interconnect: Double, layerSeconds: Double, stepSeconds: Double, sequenceSeconds: Double,
        allReduceSeconds: Double
    ) {
        self.weightsMemory = weightsMemory
        self.attentionMemory = attentionMemory
        self.matrixCompute = matrixCompute
        self.attentionCompute = attentionCompute
        self.interconnect = interconnect
        self.layerSeconds = layerSeconds
        self.stepSeconds = stepSeconds
        self.sequenceSeconds = sequenceSeconds
        self.allReduceSeconds = allReduceSeconds
    }

    enum CodingKeys: String, CodingKey {
        case weightsMemory = "weights_memory"
        case attentionMemory = "attention_memory"
        case matrixCompute = "matrix_compute"
        case attentionCompute = "attention_compute"
        case interconnect
        case layerSeconds = "layer_seconds"
        case stepSeconds = "step_seconds"
        case sequenceSeconds = "sequence_seconds"
        case allReduceSeconds = "all_reduce_seconds"
    }
}

extension Efficiencies {
    /// Each number under its name in the file: shares, then times.
    var shares: [(name: String, value: Double)] {
        [
            ("weights_memory", weightsMemory), ("attention_memory", attentionMemory),
            ("matrix_compute", matrixCompute), ("attention_compute", attentionCompute), ("interconnect", interconnect),
        ]
    }

    var times: [(name: String, value: Double)] {
        [
            ("layer_seconds", layerSeconds), ("step_seconds", stepSeconds), ("sequence_seconds", sequenceSeconds),
            ("all_reduce_seconds", allReduceSeconds),
        ]
    }
}
