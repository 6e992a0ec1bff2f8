/// How much of a GPU's peaks an engine's kernels reach, and what it costs beside: the few numbers that a roofline needs
/// and a datasheet does not have. Shares are above 0 and at most 1, times in seconds.
public struct Efficiencies: Hashable, Sendable, Codable {
    /// Products of activations and weights.
    public var products: KernelEfficiency
    /// Attention.
    public var attention: AttentionEfficiency
    /// Fixed cost of a layer in a step: launches of the small kernels between products.
    public var layerSeconds: Double
    /// Cost of a step for each sequence that gets a token: scheduling, sampling, putting text out.
    public var sequenceSeconds: Double
    /// Fixed cost of a step: scheduling, embedding, sampling.
    public var stepSeconds: Double
    /// Share of the interconnect's bandwidth that an all-reduce reaches.
    public var interconnect: Double
    /// Fixed cost of an all-reduce for each GPU beyond the first: a ring goes round them all.
    public var hopSeconds: Double
    /// Seconds under the root of an all-reduce of x seconds, which takes x + √(x · ramp) and its hops: see
    /// `KernelEfficiency`.
    public var allReduceRampSeconds: Double
    /// Decode steps that an engine runs after a prompt before its first token is out; 0 where prefill samples it.
    public var firstTokenSteps: Int

    /// Efficiencies by their numbers; see the properties.
    public init(
        products: KernelEfficiency, attention: AttentionEfficiency, layerSeconds: Double, sequenceSeconds: Double,
        stepSeconds: Double, interconnect: Double, hopSeconds: Double, allReduceRampSeconds: Double = 0,
        firstTokenSteps: Int = 0
    ) {
        self.products = products
        self.attention = attention
        self.layerSeconds = layerSeconds
        self.sequenceSeconds = sequenceSeconds
        self.stepSeconds = stepSeconds
        self.interconnect = interconnect
        self.hopSeconds = hopSeconds
        self.allReduceRampSeconds = allReduceRampSeconds
        self.firstTokenSteps = firstTokenSteps
    }

    /// Kernels that reach every peak, and an engine that costs nothing: what physics allows.
    public static let ideal = Efficiencies(
        products: .ideal, attention: AttentionEfficiency(decode: .ideal, prefillCompute: 1), layerSeconds: 0,
        sequenceSeconds: 0, stepSeconds: 0, interconnect: 1, hopSeconds: 0)

    enum CodingKeys: String, CodingKey {
        case products, attention, interconnect
        case layerSeconds = "layer_seconds"
        case sequenceSeconds = "sequence_seconds"
        case stepSeconds = "step_seconds"
        case hopSeconds = "hop_seconds"
        case allReduceRampSeconds = "all_reduce_ramp_seconds"
        case firstTokenSteps = "first_token_steps"
    }
}

extension Efficiencies {
    /// Each share under its name in the file.
    var shares: [(name: String, value: Double)] {
        [
            ("products.memory", products.memory), ("products.compute", products.compute),
            ("attention.decode.memory", attention.decode.memory),
            ("attention.decode.compute", attention.decode.compute), ("attention.rereads", attention.rereads),
            ("attention.prefill_compute", attention.prefillCompute), ("interconnect", interconnect),
        ]
    }

    /// Each share that may be 0, too.
    var parts: [(name: String, value: Double)] {
        [("attention.imbalance", attention.imbalance)]
    }

    /// Each time under its name in the file.
    var times: [(name: String, value: Double)] {
        [
            ("products.ramp_seconds", products.rampSeconds), ("products.launch_seconds", products.launchSeconds),
            ("attention.decode.ramp_seconds", attention.decode.rampSeconds),
            ("attention.decode.launch_seconds", attention.decode.launchSeconds),
            ("attention.block_slot_seconds", attention.blockSlotSeconds),
            ("attention.split_seconds", attention.splitSeconds), ("layer_seconds", layerSeconds),
            ("sequence_seconds", sequenceSeconds), ("step_seconds", stepSeconds), ("hop_seconds", hopSeconds),
            ("all_reduce_ramp_seconds", allReduceRampSeconds),
        ]
    }

    /// Each count under its name in the file.
    var counts: [(name: String, value: Int)] {
        [
            ("attention.blocks", attention.blocks), ("attention.heads_per_read", attention.headsPerRead),
            ("first_token_steps", firstTokenSteps),
        ]
    }
}

extension Efficiencies {
    /// The number of that name in the file; nil where there is none.
    public func value(of name: String) -> Double? { (shares + parts + times).first { $0.name == name }?.value }
}
