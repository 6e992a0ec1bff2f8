extension PlanRequest {
    /// - Throws: `CapacityError.request` naming what is out of range.
    func check() throws {
        try Self.check("prompt tokens", promptTokens, in: 1...1 << 24)
        try Self.check("new tokens", newTokens, in: 1...1 << 24)
        try Self.check("page slots", pageSlots, in: Self.pageSizes)
        try Self.check("prefill chunk", prefillChunk, in: 1...1 << 24)
        try Self.check("sequences", maxSequences, in: 1...1 << 24)
        try Self.check("GPUs", gpus, in: 1...model.configuration.heads)
        for (name, bytes) in [("context", contextBytes), ("graphs", graphBytes)] {
            try Self.check("\(name) in bytes", bytes, in: 0...1 << 50)
        }
        if let kvScaleBits, !(0...256).contains(kvScaleBits) || kvScaleBits % 8 != 0 {
            throw CapacityError.request(
                "bits of a key's scale: expected 0 to 256 in whole bytes, found \(kvScaleBits)")
        }
        if let batch { try Self.check("batch", batch, in: 1...1 << 24) }
        for (name, bits) in [("KV bits", kvBits), ("state bits", stateBits), ("weight bits", weightBits)]
        where !Self.numberBits.contains(bits) {
            throw CapacityError.request("\(name): expected 4, 8, 16 or 32, found \(bits)")
        }
        guard utilization > 0, utilization <= 1 else {
            throw CapacityError.request("utilization: expected a share above 0, at most 1, found \(utilization)")
        }
        if let gpuMemoryBytes, !Self.memorySizes.contains(gpuMemoryBytes) {
            throw CapacityError.request(
                "GPU memory: expected 1 MiB to 1 PiB, such as 24GiB, found \(gpuMemoryBytes) bytes")
        }
        if let budgetBytes { try Self.check("budget in bytes", budgetBytes, in: 1...1 << 50) }
        try checkCacheBytes()
        if gpus > 1, gpu.interconnect(among: gpus) == nil {
            throw CapacityError.request("\(gpu.name): expected an interconnect for \(gpus) GPUs, found none")
        }
        if let ratio = lengths?.ratio, !(ratio >= 1 && ratio <= 1e6) {
            throw CapacityError.request("ratio: expected 1 to 1000000, found \(ratio)")
        }
    }

    /// What a batch's caches come to at most must be a number of bytes: of sequences and pages as large as they may be
    /// it would not be.
    private func checkCacheBytes() throws {
        let shape = model.configuration
        let slots = Double(batch ?? 1) * Double(tokens + pageSlots) * Double(shape.layers * shape.kvHeads)
        guard slots * Double(shape.headDim) * 8 < 0x1p60 else {
            throw CapacityError.request(
                "\(batch ?? 1) sequences of \(tokens) tokens: expected caches of less than 2^60 bytes")
        }
    }

    /// Bits that a stored number may have.
    static let numberBits = [4, 8, 16, 32]

    /// Memories that a GPU may have, in bytes.
    static let memorySizes = 1 << 20...1 << 50

    /// Page sizes that are planned, in slots.
    public static let pageSizes = 1...256

    private static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw CapacityError.request("\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
    }
}
