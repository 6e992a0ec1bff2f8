/// Which KV heads each GPU carries under tensor parallelism. With fewer KV heads than GPUs each GPU carries a copy of
/// one, as Megatron-LM and vLLM do.
struct Placement: Sendable {
    /// The KV heads of each GPU, `[gpus, layers]`; each GPU has the same number in every layer.
    let heads: [[[Int]]]

    /// Contiguous shares, as even as they can be, the same in every layer.
    init(kvHeads: Int, gpus: Int, layers: Int) {
        heads = (0..<gpus).map { gpu in
            let first = gpu * kvHeads / gpus
            let share = Array(first..<max(first + 1, (gpu + 1) * kvHeads / gpus))
            return Array(repeating: share, count: layers)
        }
    }

    /// As many heads for each GPU as `plain` gives it, dealt so that lengths add up evenly: layer by layer, the longest
    /// head first, each to the GPU that has least so far (Graham 1969, longest processing time first). The projections'
    /// rows are put in that order once, when weights are loaded; a query head goes with its KV head.
    /// - Parameter lengths: slots of each head, `[layers, kvHeads]`.
    init(balancing lengths: [Int], kvHeads: Int, as plain: Placement) {
        var heads = plain.heads.map { $0.map { _ in [Int]() } }
        var loads = Array(repeating: 0, count: plain.gpus)
        for layer in plain.heads[0].indices {
            let dealt = plain.heads.flatMap { $0[layer] }.sorted {
                (-lengths[layer * kvHeads + $0], $0) < (-lengths[layer * kvHeads + $1], $1)
            }
            for head in dealt {
                let open = loads.indices.filter { heads[$0][layer].count < plain.heads[$0][layer].count }
                guard let gpu = open.min(by: { (loads[$0], $0) < (loads[$1], $1) }) else { continue }
                heads[gpu][layer].append(head)
                loads[gpu] += lengths[layer * kvHeads + head]
            }
        }
        self.heads = heads
    }

    /// GPUs.
    var gpus: Int { heads.count }
    /// KV heads a layer of the GPU that carries most.
    var mostKVHeads: Int { heads.map { $0[0].count }.max() ?? 0 }
}
