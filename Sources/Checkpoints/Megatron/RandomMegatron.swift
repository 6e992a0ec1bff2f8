import Descriptions
import Files
import Foundation

/// Writes a checkpoint of random weights as Megatron-LM does, of any size: what readers, conversions and speed are tried
/// on where the real one is not to be had. What such a model writes means nothing, but its logits are finite, and in a
/// DMC model heads merge and append.
///
/// Activations stay near 1: projections divide by the root of their width, and what a block adds to the residual stream
/// is divided by the root of the number of blocks too. As decisions need an offset, which a projection without bias has
/// not, channel 0 of the stream is the same in every token; see `embedding` and `decision`.
public struct RandomMegatron {
    private let shape: ModelConfiguration
    private let ranks: Int
    private let numbers: RandomTensor

    /// What channel 0 of every embedding holds.
    private static let constant: Float = 2
    /// The root of the stream's mean square, which norms divide by: 1 from the embedding, as much again from the blocks.
    private static let level: Float = 1.4

    /// A checkpoint of `shape` in an archive for each of `ranks` ranks of tensor parallelism, its weights drawn from
    /// `seed`. Other ranks are another model.
    public init(_ shape: ModelConfiguration, ranks: Int = 1, seed: UInt64 = 0) {
        self.shape = shape
        self.ranks = ranks
        numbers = RandomTensor(seed: seed)
    }

    /// Bytes that it will take, but for names and padding.
    public var byteCount: Int { ranks * tensors.reduce(0) { $0 + 2 * $1.shape.reduce(1, *) } }

    /// Writes the new folder `path`: aside, then renamed. One tensor at a time is in memory.
    /// - Parameters:
    ///   - room: bytes that must be free on the disk, at least.
    ///   - progress: is told how many bytes of how many are written; what it throws ends the work.
    /// - Throws: `CheckpointError.ranks`, `FileError`, and what `progress` throws; nothing is left behind then.
    public func write(to path: String, room: Int = 0, progress: ConversionProgress = { _, _ in }) throws {
        _ = try MegatronLayout(shape, ranks: ranks, paddedVocabulary: shape.vocabularySize, path: path)
        try AtomicFolder.make(path, room: max(room, byteCount)) { aside in
            try AtomicFile.write("1\n", to: "\(aside)/latest_checkpointed_iteration.txt")
            var done = 0
            for rank in 0..<ranks {
                let folder = "\(aside)/iter_0000001/mp_rank_\(rank < 10 ? "0" : "")\(rank)"
                do {
                    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                } catch {
                    throw FileError.unwritable(path: path, reason: "its folder cannot be made")
                }
                try writeArchive("\(folder)/model_optim_rng.pt", rank) { count in
                    done += count
                    try progress(done, byteCount)
                }
            }
        }
    }

    private func writeArchive(_ path: String, _ rank: Int, _ progress: (_ more: Int) throws -> Void) throws {
        let writer = try TorchArchiveWriter(path: path)
        try writer.add("data.pkl", pickle())
        try writer.add("byteorder", Array("little".utf8))
        let tensors = tensors
        for (index, tensor) in tensors.enumerated() {
            // Norms are the same in all ranks.
            let bytes = tensor.bytes(tensor.shape.count == 1 ? index : index + rank * tensors.count)
            try writer.add("data/\(index)", bytes)
            try progress(bytes.count)
        }
        try writer.add("version", Array("3\n".utf8))
        try writer.finish()
    }

    private func pickle() -> [UInt8] {
        var pickle = PickleWriter()
        pickle.dictionary { pickle in
            pickle.string("args")
            pickle.namespace(arguments)
            pickle.string("checkpoint_version")
            pickle.number(3)
            pickle.string("iteration")
            pickle.integer(1)
            pickle.string("model")
            pickle.orderedDictionary { pickle in
                for (index, tensor) in tensors.enumerated() {
                    pickle.string(tensor.name)
                    pickle.tensor(key: "\(index)", storageType: "BFloat16Storage", shape: tensor.shape)
                }
            }
        }
        return pickle.bytes
    }

    private func arguments(_ pickle: inout PickleWriter) {
        let integers: [(String, Int?)] = [
            ("num_layers", shape.layers), ("hidden_size", shape.hiddenSize),
            ("ffn_hidden_size", shape.intermediateSize), ("num_attention_heads", shape.heads),
            ("kv_channels", shape.headDim), ("num_query_groups", shape.kvHeads),
            ("padded_vocab_size", shape.vocabularySize), ("max_position_embeddings", shape.maxPositions),
            ("seq_length", shape.maxPositions), ("vocab_size", shape.vocabularySize),
            ("tensor_model_parallel_size", ranks),
            ("pipeline_model_parallel_size", 1), ("dmc_window_size", shape.dmc?.window),
        ]
        for (name, value) in integers {
            guard let value else { continue }
            pickle.string(name)
            pickle.integer(value)
        }
        let reals: [(String, Double?)] = [
            ("norm_epsilon", shape.normEpsilon), ("rotary_base", shape.ropeTheta), ("rotary_percent", 1),
            ("dmc_init_val", shape.dmc.map { Double($0.initialValue) }), ("dmc_cr", shape.dmc?.targetRatio),
        ]
        for (name, value) in reals {
            guard let value else { continue }
            pickle.string(name)
            pickle.number(value)
        }
        for (name, value) in [
            ("group_query_attention", shape.kvHeads != shape.heads), ("swiglu", true), ("add_bias_linear", false),
            ("untie_embeddings_and_output_weights", !shape.tiesEmbeddings),
        ] {
            pickle.string(name)
            pickle.flag(value)
        }
        for (name, value) in [("normalization", "RMSNorm"), ("position_embedding_type", "rope")] {
            pickle.string(name)
            pickle.string(value)
        }
    }
}

extension RandomMegatron {
    /// One tensor: its name, its sizes, and its bytes, drawn from the stream of its place.
    private struct Tensor {
        let name: String
        let shape: [Int]
        let bytes: (_ stream: Int) -> [UInt8]
    }

    /// Rows of the embedding that a rank has.
    private var vocabulary: Int { shape.vocabularySize / ranks }

    /// KV heads that a rank has.
    private var kvHeads: Int { shape.kvHeads / ranks }

    /// Rows of the fused projection that a rank has.
    private var fusedRows: Int { kvHeads * (shape.groupSize + 2) * shape.headDim }

    /// All tensors of a rank, in Megatron's order.
    private var tensors: [Tensor] {
        let (hidden, middle) = (shape.hiddenSize, shape.intermediateSize)
        let blocks = 1 / Double(2 * shape.layers).squareRoot()
        var tensors = [
            Tensor(name: "embedding.word_embeddings.weight", shape: [vocabulary, hidden], bytes: embedding)
        ]
        for layer in 0..<shape.layers {
            let prefix = "decoder.layers.\(layer)"
            tensors += [
                update("\(prefix).self_attention.linear_proj.weight", columns: shape.heads * shape.headDim, blocks),
                gains("\(prefix).self_attention.linear_qkv.layer_norm_weight"),
                Tensor(
                    name: "\(prefix).self_attention.linear_qkv.weight",
                    shape: [fusedRows, hidden], bytes: fusedProjection),
                gains("\(prefix).mlp.linear_fc1.layer_norm_weight"),
                matrix("\(prefix).mlp.linear_fc1.weight", rows: 2 * middle / ranks, columns: hidden),
                update("\(prefix).mlp.linear_fc2.weight", columns: middle, blocks),
            ]
        }
        tensors.append(gains("decoder.final_layernorm.weight"))
        if !shape.tiesEmbeddings {
            tensors.append(matrix("output_layer.weight", rows: vocabulary, columns: hidden, gain: 2))
        }
        return tensors
    }

    private func matrix(_ name: String, rows: Int, columns: Int, gain: Double = 1) -> Tensor {
        Tensor(name: name, shape: [rows, columns]) { stream in
            numbers.bytes(rows * columns, deviation: gain / Double(columns).squareRoot(), stream: stream)
        }
    }

    /// What a block adds to the residual stream: nothing to channel 0. A rank has some of its columns.
    private func update(_ name: String, columns: Int, _ gain: Double) -> Tensor {
        let gain = gain / Double(ranks).squareRoot()
        let columns = columns / ranks
        let all = matrix(name, rows: shape.hiddenSize, columns: columns, gain: gain)
        return Tensor(name: name, shape: all.shape) { stream in
            var bytes = all.bytes(stream)
            bytes.replaceSubrange(0..<2 * columns, with: repeatElement(0, count: 2 * columns))
            return bytes
        }
    }

    /// Near 1; exactly 1 for channel 0.
    private func gains(_ name: String) -> Tensor {
        Tensor(name: name, shape: [shape.hiddenSize]) { stream in
            var bytes = numbers.bytes(shape.hiddenSize, mean: 1, deviation: 0.1, stream: stream)
            Self.set(0, to: 1, in: &bytes)
            return bytes
        }
    }

    /// Channel 0 is the same in every token.
    private func embedding(_ stream: Int) -> [UInt8] {
        var bytes = numbers.bytes(vocabulary * shape.hiddenSize, deviation: 1, stream: stream)
        for token in 0..<vocabulary { Self.set(token * shape.hiddenSize, to: Self.constant, in: &bytes) }
        return bytes
    }

    /// For each KV head the rows of its query heads, then its key's, then its value's.
    private func fusedProjection(_ stream: Int) -> [UInt8] {
        let (hidden, group) = (shape.hiddenSize, shape.groupSize)
        var bytes = numbers.bytes(fusedRows * hidden, deviation: 1.2 / Double(hidden).squareRoot(), stream: stream)
        guard let dmc = shape.dmc else { return bytes }
        for kvHead in 0..<kvHeads {
            let first = kvHead * (group + 2) * shape.headDim
            for query in 0..<group {
                decision(
                    first + (query + 1) * shape.headDim - 1, offset: -dmc.initialValue, spread: 1.5, stream, &bytes)
            }
            let key = first + (group + 1) * shape.headDim - 1
            decision(key, offset: dmc.initialValue + 1, spread: 3, stream, &bytes)
        }
        return bytes
    }

    /// A deciding row: around `offset`, which it reads from channel 0, ± `spread`. Keys so merge in six of ten tokens or
    /// so, and importances are around one half.
    private func decision(_ row: Int, offset: Float, spread: Double, _ stream: Int, _ bytes: inout [UInt8]) {
        let hidden = shape.hiddenSize
        let own = numbers.bytes(
            hidden, deviation: spread / Double(hidden).squareRoot(), stream: stream << 8 | 1 << 40 | row << 20)
        bytes.replaceSubrange(2 * row * hidden..<2 * (row + 1) * hidden, with: own)
        Self.set(row * hidden, to: offset * Self.level / Self.constant, in: &bytes)
    }

    private static func set(_ index: Int, to value: Float, in bytes: inout [UInt8]) {
        let bits = value.bfloat16
        bytes[2 * index] = UInt8(truncatingIfNeeded: bits)
        bytes[2 * index + 1] = UInt8(truncatingIfNeeded: bits >> 8)
    }
}
