import Descriptions
import TestSupport

/// Megatron checkpoints whose pickles are sound to the last instruction, and lie: tensors of odd sizes, strides and
/// offsets, arguments of odd kinds and values.
struct LyingMegatron: Sendable {
    /// Axes of one number, where strides mean nothing, among them.
    private let model = RandomModel(.small(hidden: 8, middle: 1, layers: 1, headDim: 6, vocabulary: 9))

    /// A storage for the tensor that lies.
    private let numbers = [UInt8](repeating: 1, count: 1024)

    private let shapes: [(String, [Int])] = [
        ("embedding.word_embeddings.weight", [9, 8]), ("decoder.layers.0.self_attention.linear_qkv.weight", [72, 8]),
        ("decoder.layers.0.self_attention.linear_proj.weight", [8, 24]),
        ("decoder.layers.0.mlp.linear_fc1.weight", [2, 8]), ("decoder.layers.0.mlp.linear_fc2.weight", [8, 1]),
        ("decoder.final_layernorm.weight", [8]),
    ]

    private let names = [
        "num_layers", "hidden_size", "ffn_hidden_size", "num_attention_heads", "kv_channels", "padded_vocab_size",
        "vocab_size", "rotary_base", "norm_epsilon", "normalization", "position_embedding_type", "window_size",
        "dmc_window_size", "dmc_init_val", "tensor_model_parallel_size", "make_vocab_size_divisible_by",
    ]

    /// The bytes of one of them.
    func archive(_ mutator: inout Mutator) -> [UInt8] {
        var megatron = MegatronModel(model)
        let (name, shape) = mutator.one(of: shapes)
        megatron.replaced = [name: tensor(shape, &mutator)]
        if mutator.one(of: [true, false]) {
            megatron.arguments = [(mutator.one(of: names), value(&mutator, depth: 0))]
        }
        let pickle = PickleWriter(megatron.archive(0))
        return TorchWriter.file(pickle: pickle.bytes, storages: pickle.storages + [numbers])
    }

    private func tensor(_ shape: [Int], _ mutator: inout Mutator) -> PickledValue {
        var sizes = shape
        var strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        for axis in shape.indices {
            if mutator.one(of: [true, false, false, false]) { sizes[axis] = mutator.number(near: sizes[axis]) }
            if mutator.one(of: [true, false]) { strides[axis] = mutator.number(near: strides[axis]) }
        }
        let type = mutator.one(of: ["FloatStorage", "FloatStorage", "HalfStorage", "BFloat16Storage", "LongStorage"])
        let width = type == "FloatStorage" ? 4 : 2
        return .claims(
            type: type, key: "\(storages)", count: .int(numbers.count / width),
            offset: mutator.one(of: [0, 0, 0, mutator.number(near: 1)]), shape: sizes, strides: strides)
    }

    /// Storages of the tensors that do not lie: all but one.
    private var storages: Int { PickleWriter(MegatronModel(model).archive(0)).storages.count - 1 }

    private func value(_ mutator: inout Mutator, depth: Int) -> PickledValue {
        let simple: [PickledValue] = [
            .none, .bool(true), .int(mutator.number(near: 2)),
            .float(mutator.one(of: [.nan, .infinity, -1, 0, 1e308])),
            .string(mutator.one(of: ["", "rope", String(repeating: "a\u{301}", count: 2000)])),
        ]
        guard depth < 3 else { return mutator.one(of: simple) }
        let inner = value(&mutator, depth: depth + 1)
        return mutator.one(
            of: simple + [
                .list([inner, inner]), .tuple([inner]), .dictionary([("a", inner)]), .call("a.b", "c", [inner]),
                .global(String(repeating: "a.", count: mutator.one(of: [1, 100, 5000])), "b"),
            ])
    }
}
