/// How near one kind of kernel comes to a GPU's peaks, and what it costs beside. A kernel of x seconds at its share of
/// the peaks takes launch + x + √(x · ramp): small ones are held up by starting, and by the time in which only a part
/// of the GPU has work, which grows with the root of their size.
public struct KernelEfficiency: Hashable, Sendable, Codable {
    /// Share of the memory's bandwidth that a large kernel reaches.
    public var memory: Double
    /// Share of the peak arithmetic that a large kernel reaches.
    public var compute: Double
    /// Seconds under the root; 0 for a kernel as good at any size.
    public var rampSeconds: Double
    /// Seconds that a kernel takes whatever its size.
    public var launchSeconds: Double

    /// An efficiency by its numbers; see the properties.
    public init(memory: Double, compute: Double, rampSeconds: Double = 0, launchSeconds: Double = 0) {
        self.memory = memory
        self.compute = compute
        self.rampSeconds = rampSeconds
        self.launchSeconds = launchSeconds
    }

    /// A kernel that reaches the peaks and costs nothing beside: what physics allows.
    public static let ideal = KernelEfficiency(memory: 1, compute: 1)

    enum CodingKeys: String, CodingKey {
        case memory, compute
        case rampSeconds = "ramp_seconds"
        case launchSeconds = "launch_seconds"
    }
}
