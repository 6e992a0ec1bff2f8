import Descriptions

/// Which KV heads each GPU carries under tensor parallelism: contiguous shares, as even as they can be. With fewer KV
/// heads than GPUs each GPU carries a copy of one, as Megatron-LM and vLLM do.
struct Placement: Sendable {
    /// The KV heads of each GPU, the same in every layer.
    let heads: [Range<Int>]

    init(kvHeads: Int, gpus: Int) {
        heads = (0..<gpus).map { gpu in
            let first = gpu * kvHeads / gpus
            return first..<max(first + 1, (gpu + 1) * kvHeads / gpus)
        }
    }

    /// GPUs.
    var gpus: Int { heads.count }
    /// KV heads of the GPU that carries most.
    var mostKVHeads: Int { heads.map(\.count).max() ?? 0 }
}
