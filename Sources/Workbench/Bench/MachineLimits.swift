/// What this machine can do at most, measured: the limits that inference is held to.
public struct MachineLimits: Codable, Equatable, Sendable {
    /// The processor's name, as the system gives it.
    public var processor: String
    /// Threads that took part.
    public var threads: Int
    /// Bytes of the last level of its cache; nil where the system does not say.
    public var cacheBytes: Int?
    /// Bytes a second that all threads together read from memory, each its own part of a buffer far beyond the caches
    /// (the reading half of McCalpin's STREAM); the best of several passes, as there.
    public var readBytesPerSecond: Double
    /// The same of a buffer half as large as the last level of the cache, read again and again.
    public var cacheReadBytesPerSecond: Double?
    /// Operations a second (a multiply-add is two) of OpenBLAS's `sgemm` on square matrices, a product on every thread;
    /// nil where it is not installed.
    public var float32FLOPS: Double?
    /// The same for oneDNN's products of bfloat16 matrices into float32; nil where it is not installed.
    public var bfloat16FLOPS: Double?
    /// The same for our own products of float32 matrices with a chunk of a prompt.
    public var ownFloat32FLOPS: Double?
    /// The same for our own products of bfloat16 matrices with activations rounded to bfloat16.
    public var ownBfloat16FLOPS: Double?

    /// Limits by their values; see the properties.
    public init(
        processor: String, threads: Int, cacheBytes: Int? = nil, readBytesPerSecond: Double,
        cacheReadBytesPerSecond: Double? = nil, float32FLOPS: Double? = nil, bfloat16FLOPS: Double? = nil,
        ownFloat32FLOPS: Double? = nil, ownBfloat16FLOPS: Double? = nil
    ) {
        self.processor = processor
        self.threads = threads
        self.cacheBytes = cacheBytes
        self.readBytesPerSecond = readBytesPerSecond
        self.cacheReadBytesPerSecond = cacheReadBytesPerSecond
        self.float32FLOPS = float32FLOPS
        self.bfloat16FLOPS = bfloat16FLOPS
        self.ownFloat32FLOPS = ownFloat32FLOPS
        self.ownBfloat16FLOPS = ownBfloat16FLOPS
    }

    /// All rates that were measured.
    var rates: [Double] {
        [
            readBytesPerSecond, cacheReadBytesPerSecond, float32FLOPS, bfloat16FLOPS, ownFloat32FLOPS, ownBfloat16FLOPS,
        ].compactMap { $0 }
    }

    /// Takes each limit from `other` where that one is higher.
    mutating func raise(to other: MachineLimits) {
        readBytesPerSecond = max(readBytesPerSecond, other.readBytesPerSecond)
        func raise(_ limit: WritableKeyPath<MachineLimits, Double?>) {
            guard let value = other[keyPath: limit] else { return }
            self[keyPath: limit] = max(self[keyPath: limit] ?? 0, value)
        }
        raise(\.cacheReadBytesPerSecond)
        raise(\.float32FLOPS)
        raise(\.bfloat16FLOPS)
        raise(\.ownFloat32FLOPS)
        raise(\.ownBfloat16FLOPS)
    }

    /// The least time in which `bytes` can be read, pass for pass the same ones, and from where: what fits into half of
    /// the cache stays there, what does not comes from memory.
    func reading(_ bytes: Double) -> (seconds: Double, limit: BenchResult.Limit) {
        if let cacheBytes, let cacheReadBytesPerSecond, bytes <= Double(cacheBytes / 2) {
            return (bytes / max(cacheReadBytesPerSecond, readBytesPerSecond), .cache)
        }
        return (bytes / readBytesPerSecond, .memory)
    }

    /// The most operations a second that any matrix product reached, a library's or our own. Where products of bfloat16
    /// numbers were not measured, they are taken to be twice as fast as those of singles: a vector holds twice as many.
    func peak(isNarrow: Bool) -> Double {
        let wide = max(float32FLOPS ?? 0, ownFloat32FLOPS ?? 0)
        guard isNarrow else { return wide }
        return [bfloat16FLOPS, ownBfloat16FLOPS].compactMap { $0 }.max() ?? 2 * wide
    }
}
