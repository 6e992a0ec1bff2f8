/// One fit: which rows it takes, and which numbers it finds.
struct CalibrationStage: Sendable {
    /// A number that is fitted.
    struct Parameter: Sendable {
        var name: String
        var path: WritableKeyPath<Efficiencies, Double> & Sendable
        /// Other values to start from, for a number that has no slope until it matters.
        var others: [Double] = []
        /// The most it can be.
        var most = Double.infinity
        /// The least it can be.
        var least: @Sendable (GPU) -> Double = { _ in 1e-12 }
        /// Whether it has a meaning beside others; where it has none it stays what it is.
        var matters: @Sendable (Efficiencies) -> Bool = { _ in true }
    }

    var quantities: [MeasuredQuantity]
    var parameters: [Parameter]
    /// Sets what the stage starts from.
    var prepare: @Sendable (inout Efficiencies, GPU) -> Void = { _, _ in }
    /// Another way for a kernel or an engine to work, tried as well, and kept where the rows speak for it.
    var otherwise: (@Sendable (inout Efficiencies, GPU) -> Void)?

    /// Query heads of a group up to which one kind of kernel was measured: beyond, the H100's table jumps between kernels
    /// (27, 37 and 20 µs at 2, 4 and 8 thousand slots), up to one that reads a slot once for each of 64 heads.
    static let widestGroup = 16
    /// Kernels of a layer beside its products: two norms, rotation and writing the cache, attention, activation.
    static let smallKernels = 5
    /// Contexts up to this many slots are launches more than reading.
    static let shortContext = 512

    /// Whether it takes a row.
    func takes(_ measurement: Measurement) -> Bool {
        guard quantities.contains(measurement.quantity) else { return false }
        guard case .attention(let shape) = measurement.subject else { return true }
        return shape.context > Self.shortContext && shape.heads <= Self.widestGroup * shape.kvHeads
    }

    /// Whether it is of whole engines, and not of kernels.
    var isOfEngine: Bool { !quantities.allSatisfy(\.isKernel) }

    /// Where it starts.
    func start(_ efficiencies: Efficiencies, _ gpu: GPU) -> Efficiencies {
        var start = efficiencies
        prepare(&start, gpu)
        return start
    }

    static let all = [products, attention, uneven, engine]

    static let products = CalibrationStage(
        quantities: [.product],
        parameters: [
            Parameter(name: "products.memory", path: \.products.memory, most: 1),
            Parameter(name: "products.compute", path: \.products.compute, most: 1),
            Parameter(name: "products.ramp_seconds", path: \.products.rampSeconds),
            Parameter(name: "products.launch_seconds", path: \.products.launchSeconds),
        ])

    static let attention = CalibrationStage(
        quantities: [.attention],
        parameters: [
            Parameter(name: "attention.decode.memory", path: \.attention.decode.memory, most: 1),
            Parameter(
                name: "attention.decode.compute", path: \.attention.decode.compute, others: [0.1], most: 1),
            Parameter(name: "attention.decode.ramp_seconds", path: \.attention.decode.rampSeconds),
            Parameter(name: "attention.decode.launch_seconds", path: \.attention.decode.launchSeconds),
            Parameter(
                name: "attention.block_slot_seconds", path: \.attention.blockSlotSeconds,
                matters: { $0.attention.blocks > 0 }),
            Parameter(
                name: "attention.split_seconds", path: \.attention.splitSeconds, matters: { $0.attention.blocks > 0 }),
        ],
        prepare: { efficiencies, gpu in
            efficiencies.attention.decode.rampSeconds = 3e-6
            efficiencies.attention.decode.launchSeconds = 1e-5
            efficiencies.attention.dropBlocks()
        },
        otherwise: { efficiencies, gpu in
            // Two blocks fit on a processor at once: their shared memory is half of what it has.
            efficiencies.attention.blocks = 2 * (gpu.processors ?? 0)
            efficiencies.attention.blockSlotSeconds = 1e-8
            efficiencies.attention.splitSeconds = 1e-7
        })

    static let uneven = CalibrationStage(
        quantities: [.unevenAttention],
        parameters: [Parameter(name: "attention.imbalance", path: \.attention.imbalance, most: 1)],
        prepare: { efficiencies, _ in efficiencies.attention.imbalance = 0.05 })

    static let engine = CalibrationStage(
        quantities: [.decodeStep, .medianStep, .firstToken, .batchLatency, .tokenTime],
        parameters: [
            Parameter(
                name: "attention.rereads", path: \.attention.rereads, others: [0.1, 0.02, 0.005],
                most: 1,
                // A query head that reads a slot again at the bandwidth of the memory is never late for that, so that
                // models without groups say nothing of this number.
                least: { $0.bandwidthBytesPerSecond / $0.bf16FLOPS }),
            Parameter(name: "sequence_seconds", path: \.sequenceSeconds),
            Parameter(name: "step_seconds", path: \.stepSeconds),
            Parameter(name: "hop_seconds", path: \.hopSeconds),
            Parameter(name: "all_reduce_ramp_seconds", path: \.allReduceRampSeconds),
        ],
        prepare: { efficiencies, _ in
            // Models of one depth do not tell a layer's fixed cost from a step's, so that it is not fitted: the launches of
            // the kernels between a layer's products.
            efficiencies.layerSeconds = Double(smallKernels) * efficiencies.products.launchSeconds
            // An engine's steps do not show single kernels: what attention costs beside is in its layers' cost.
            efficiencies.attention.decode.rampSeconds = 0
            efficiencies.attention.decode.launchSeconds = 0
            efficiencies.attention.dropBlocks()
        },
        otherwise: { efficiencies, _ in efficiencies.firstTokenSteps = 1 })
}

extension AttentionEfficiency {
    /// Knows nothing of how a kernel shares heads out.
    mutating func dropBlocks() {
        blocks = 0
        blockSlotSeconds = 0
        splitSeconds = 0
    }
}
