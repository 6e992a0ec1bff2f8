/// How a cached number is stored: its bits, and what its scales take beside.
struct CacheFormat: Hashable, Sendable {
    /// Bits of a number.
    let bits: Int
    /// Bits of scale that go with a slot's key, and as many with its value.
    let scaleBits: Int

    /// - Parameter scaleBits: nil for what engines store. In 8 bits (FP8) that is one scale for a whole tensor, so
    ///   nothing for a slot (vLLM, `--kv-cache-dtype fp8`); in 4 a scale and a zero point of 16 bits each for every
    ///   head and token (LMDeploy, `quant_policy=4`). Wider numbers need none.
    init(bits: Int, scaleBits: Int? = nil) {
        self.bits = bits
        self.scaleBits = bits >= 16 ? 0 : scaleBits ?? (bits == 4 ? 32 : 0)
    }

    /// Bytes of a slot's key and value of `headDim` channels, scales included.
    func slotBytes(headDim: Int) -> Double { Double(2 * (headDim * bits + scaleBits)) / 8 }

    /// Bytes of `slots` keys and values of `headDim` channels, scales included.
    func bytes(slots: Int, headDim: Int) -> Int { slots * 2 * (headDim * bits + scaleBits) / 8 }
}
