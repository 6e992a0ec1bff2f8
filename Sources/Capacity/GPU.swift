/// A GPU as data: its datasheet's peaks, what the device reports as memory, and how much of the peaks kernels reach.
public struct GPU: Hashable, Sendable {
    /// The name it is listed by.
    public var name: String
    /// Other names it goes by.
    public var aliases: [String]
    /// Memory in bytes as the device reports it, not the round number it is sold by.
    public var memoryBytes: Int
    /// Peak bandwidth of its memory, bytes a second.
    public var bandwidthBytesPerSecond: Double
    /// Peak dense arithmetic in bfloat16 with float32 sums, operations a second (a multiply-add is two).
    public var bf16FLOPS: Double
    /// Peak bandwidth to the other GPUs, both directions together, as datasheets state it; nil where it has none.
    public var interconnectBytesPerSecond: Double?
    /// How much of the peaks kernels reach.
    public var efficiencies: Efficiencies
    /// The GPU whose efficiencies these are, where they are another's.
    public var efficienciesOf: String?
    /// Where the numbers come from.
    public var sources: [Provenance]

    /// A GPU by its numbers; see the properties.
    public init(
        name: String, aliases: [String] = [], memoryBytes: Int, bandwidthBytesPerSecond: Double, bf16FLOPS: Double,
        interconnectBytesPerSecond: Double?, efficiencies: Efficiencies, efficienciesOf: String? = nil,
        sources: [Provenance] = []
    ) {
        self.name = name
        self.aliases = aliases
        self.memoryBytes = memoryBytes
        self.bandwidthBytesPerSecond = bandwidthBytesPerSecond
        self.bf16FLOPS = bf16FLOPS
        self.interconnectBytesPerSecond = interconnectBytesPerSecond
        self.efficiencies = efficiencies
        self.efficienciesOf = efficienciesOf
        self.sources = sources
    }
}

extension GPU: Encodable {
    enum CodingKeys: String, CodingKey {
        case name, aliases, efficiencies, sources
        case memoryBytes = "memory_bytes"
        case bandwidthBytesPerSecond = "bandwidth_bytes_per_second"
        case bf16FLOPS = "bf16_flops"
        case interconnectBytesPerSecond = "interconnect_bytes_per_second"
        case efficienciesOf = "efficiencies_of"
    }
}
