import Checkpoints
import Descriptions
import Files
import TestSupport
import Testing

@Suite("Checkpoints of Megatron-LM")
struct MegatronCheckpointTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let shape = ModelConfiguration.small(hidden: 24, middle: 36, headDim: 6)

    private static let shapes: [(String, ModelConfiguration)] = [
        ("multi-head", shape), ("grouped", .small(hidden: 24, middle: 36, kvHeads: 2, headDim: 6)),
        ("tied", .small(hidden: 24, middle: 36, headDim: 6, tied: true)),
        (
            "DMC",
            .small(hidden: 24, middle: 36, headDim: 6, ropeTheta: 5000, dmc: DMCSettings(window: 7, initialValue: 4.5))
        ),
    ]

    /// The one line that opening the folder fails with.
    private func refusal(_ vocabulary: TextVocabulary? = nil) throws -> String {
        do {
            _ = try Checkpoint(path: folder.path, vocabulary: vocabulary)
        } catch {
            #expect(!"\(error)".contains("\n") && "\(error)".hasPrefix(folder.path), "\(error)")
            return "\(error)"
        }
        Issue.record("the folder was opened")
        return ""
    }

    private func expectSame(_ checkpoint: Checkpoint, _ model: RandomModel) throws {
        #expect(checkpoint.weights.names == model.tensors.keys.sorted())
        for (name, expected) in model.tensors {
            let tensor = try #require(checkpoint.weights.tensor(name))
            #expect(tensor.shape == expected.shape && tensor.elementType == expected.elementType, "\(name)")
            #expect(tensor.floats == expected.values, "\(name)")
        }
    }

    @Test(
        "Fused matrices are taken apart and ranks joined: configuration and numbers are those of the whole model",
        arguments: shapes.indices, [1, 2])
    func wholes(index: Int, ranks: Int) throws {
        let shape = Self.shapes[index].1
        for type in [ElementType.float32, .float16, .bfloat16] {
            let folder = try TemporaryFolder()
            let model = RandomModel(shape, elementType: type)
            var megatron = MegatronModel(model, ranks: ranks)
            megatron.saysVocabulary = true
            try megatron.write(to: folder)
            let checkpoint = try Checkpoint(path: folder.path)
            #expect(checkpoint.configuration == shape)
            try expectSame(checkpoint, model)
        }
    }

    @Test("Matrices that are stored with columns for rows come out right", arguments: [1, 2, 4])
    func transposed(ranks: Int) throws {
        let model = RandomModel(Self.shape)
        var megatron = MegatronModel(model, ranks: ranks)
        megatron.padding = 2
        megatron.saysVocabulary = true
        megatron.isTransposed = true
        try megatron.write(to: folder)
        try expectSame(try Checkpoint(path: folder.path), model)
    }

    @Test("Keys and values are rows of the fused matrix where they are, not copies")
    func inPlace() throws {
        try MegatronModel(RandomModel(Self.shape)).write(to: folder)
        let weights = try Checkpoint(path: folder.path).weights
        func parts(_ part: String) throws -> [UnsafeRawBufferPointer] {
            try #require(weights.tensor("model.layers.0.self_attn.\(part)_proj.weight")).parts
        }
        let (queries, keys, values) = (try parts("q"), try parts("k"), try parts("v"))
        #expect(keys.count == 4 && values.count == 4)
        for (query, (key, value)) in zip(queries, zip(keys, values)) {
            #expect(query.baseAddress! + query.count == key.baseAddress!)
            #expect(key.baseAddress! + key.count == value.baseAddress!)
        }
    }

    @Test("What ranks hold by columns is one part a rank, where it is")
    func columns() throws {
        try MegatronModel(RandomModel(Self.shape), ranks: 2).write(to: folder)
        let weights = try Checkpoint(path: folder.path).weights
        for name in ["self_attn.o_proj", "mlp.down_proj"] {
            let tensor = try #require(weights.tensor("model.layers.1.\(name).weight"))
            #expect(tensor.parts.count == 2 && tensor.division == .columns)
            #expect(tensor.parts.allSatisfy { $0.count == tensor.byteCount / 2 })
        }
    }

    @Test(
        "A folder is read wherever Megatron puts its ranks",
        arguments: [
            ("", "1000"), ("", nil), ("release/", "release"), ("release/", nil), ("iter_0001000/", "1000"),
            ("iter_12345678/", "12345678\n"), ("", "release\n"),
        ] as [(String, String?)])
    func layouts(place: String, latest: String?) throws {
        let model = RandomModel(Self.shape)
        try MegatronModel(model, ranks: 2).write(to: folder, under: place, latest: latest)
        try expectSame(try Checkpoint(path: folder.path), model)
    }

    @Test("Of several iterations the one that the folder names is read")
    func latest() throws {
        let model = RandomModel(Self.shape, seed: 2)
        try MegatronModel(RandomModel(Self.shape)).write(to: folder, under: "iter_0000001/")
        try MegatronModel(model).write(to: folder, under: "iter_0000002/", latest: "2")
        try expectSame(try Checkpoint(path: folder.path), model)
        try folder.write("latest_checkpointed_iteration.txt", "3")
        #expect(try refusal().contains("mp_rank_00/model_optim_rng.pt"))
        try folder.write("latest_checkpointed_iteration.txt", "../../etc")
        #expect(try refusal().contains("line 1: expected the number of an iteration, or release, found \"../../etc\""))
    }

    @Test("Rows that fill up the vocabulary are left out: by the arguments, or by the tokenizer")
    func padding() throws {
        let model = RandomModel(Self.shape)
        var megatron = MegatronModel(model, ranks: 2)
        megatron.padding = 58
        try megatron.write(to: folder)
        let unknown = try Checkpoint(path: folder.path)
        #expect(unknown.configuration.vocabularySize == 128)
        #expect(
            unknown.note?.hasPrefix("\(folder.path): neither args nor a tokenizer say how many of the 128 rows") == true
        )
        let vocabulary = TextVocabulary(size: 70, bosToken: 1, eosToken: 2)
        let checkpoint = try Checkpoint(path: folder.path, vocabulary: vocabulary)
        #expect(checkpoint.note == nil)
        #expect(checkpoint.configuration.bosToken == 1 && checkpoint.configuration.eosTokens == [2])
        try expectSame(checkpoint, model)
        // It is the same checkpoint, with or without the tokenizer.
        #expect(try Checkpoint(path: folder.path).fingerprint == checkpoint.fingerprint)
        megatron.saysVocabulary = true
        try megatron.write(to: folder)
        try expectSame(try Checkpoint(path: folder.path), model)
    }

    @Test("A tokenizer that cannot be this model's is refused")
    func wrongTokenizer() throws {
        var megatron = MegatronModel(RandomModel(Self.shape))
        megatron.padding = 200
        megatron.arguments = [("make_vocab_size_divisible_by", 8)]
        try megatron.write(to: folder)
        #expect(try refusal(TextVocabulary(size: 70)).contains("a tokenizer of 263 to 270 tokens, found one of 70"))
        #expect(try refusal(TextVocabulary(size: 271)).contains("found one of 271"))
        _ = try Checkpoint(path: folder.path, vocabulary: TextVocabulary(size: 263))
    }

    @Test("What older checkpoints lack takes the published values")
    func defaults() throws {
        var shape = Self.shape
        shape.dmc = DMCSettings()
        var megatron = MegatronModel(RandomModel(shape))
        megatron.arguments = [
            ("rotary_base", .none), ("norm_epsilon", .none), ("max_position_embeddings", .none), ("seq_length", 300),
            ("dmc_window_size", .none), ("dmc_init_val", .none), ("dmc_cr", 8.0), ("kv_channels", 6),
            ("untie_embeddings_and_output_weights", .none), ("tensor_model_parallel_size", .none),
        ]
        try megatron.write(to: folder)
        let found = try Checkpoint(path: folder.path).configuration
        #expect(found.dmc == DMCSettings(window: 12, initialValue: 5, targetRatio: 8))
        #expect(found.ropeTheta == 10_000 && found.normEpsilon == 1e-5 && found.maxPositions == 300)
        #expect(!found.tiesEmbeddings)
    }

    @Test("Without any of DMC's settings, and in the stage before merging, a model is a plain one")
    func plain() throws {
        var megatron = MegatronModel(RandomModel(Self.shape))
        try megatron.write(to: folder)
        #expect(try Checkpoint(path: folder.path).configuration.dmc == nil)
        megatron.arguments = [("dmc_window_size", 12), ("dmc_is_stage_one", true)]
        try megatron.write(to: folder)
        #expect(try Checkpoint(path: folder.path).configuration.dmc == nil)
    }

    @Test(
        "An argument that is wrong, or of a model that is not computed, is named",
        arguments: [
            ("hidden_size", .none, "args.hidden_size"), ("num_layers", "2", "args.num_layers"),
            ("num_layers", 0, "args.num_layers"), ("ffn_hidden_size", .int(1 << 60), "intermediate_size"),
            ("num_attention_heads", 5, "num_key_value_heads"), ("kv_channels", 7, "head_dim"),
            ("num_query_groups", .none, "args.num_query_groups"), ("rotary_percent", 0.5, "args.rotary_percent 0.5"),
            ("position_embedding_type", "learned_absolute", "args.position_embedding_type \"learned_absolute\""),
            ("normalization", "LayerNorm", "args.normalization"), ("add_bias_linear", true, "args.add_bias_linear"),
            ("num_experts", 8, "args.num_experts"), ("swiglu", false, "args.no swiglu"),
            ("padded_vocab_size", .none, "args.padded_vocab_size"), ("vocab_size", 7000, "args.vocab_size"),
            ("norm_epsilon", "tiny", "args.norm_epsilon"), ("rotary_base", 0, "rope_theta"),
            ("tensor_model_parallel_size", 2, "expected the 2 ranks"), ("num_layers", 1, "the 1 layers of its args"),
            ("normalization", 3, "args.normalization"),
            ("position_embedding_type", true, "expected a text, found True"),
            ("window_size", 128, "args.window_size"), ("mtp_num_layers", 2, "args.mtp_num_layers"),
            ("attn_logit_softcapping", 30.0, "args.attn_logit_softcapping"), ("num_layers", 3, "decoder.layers.2."),
            ("hidden_size", 26, "expected shape [26]"),
        ] as [(String, PickledValue, String)])
    func arguments(name: String, value: PickledValue, named: String) throws {
        var megatron = MegatronModel(RandomModel(.small(hidden: 24, middle: 36, kvHeads: 2, headDim: 6)))
        megatron.arguments = [(name, value)]
        try megatron.write(to: folder)
        let line = try refusal()
        #expect(line.contains(named), "\(line)")
    }

    @Test("A rank that is missing, and a stage of pipeline parallelism, are named")
    func ranks() throws {
        try MegatronModel(RandomModel(Self.shape), ranks: 4).write(to: folder)
        try folder.remove("mp_rank_02/model_optim_rng.pt")
        #expect(try refusal().contains("found no mp_rank_02/model_optim_rng.pt"))
        try folder.remove("mp_rank_02")
        try folder.remove("mp_rank_03")
        #expect(try refusal().contains("expected the 4 ranks of its args"))
    }

    @Test("Folders of another layout are named as that, and what only looks like a rank's is passed over")
    func otherLayouts() throws {
        let model = RandomModel(Self.shape)
        try folder.makeFolder("mp_rank_00_000")
        try folder.makeFolder("mp_rank_00_001")
        #expect(try refusal().contains("\"mp_rank_00_000\", a stage of pipeline parallelism"))
        try folder.remove("mp_rank_00_000")
        try folder.remove("mp_rank_00_001")
        for name in [".metadata", "common.pt", "__0_0.distcp"] { try folder.write(name, "") }
        #expect(try refusal().contains("found one of Megatron's distributed format (torch_dist)"))
        try folder.makeFolder("mp_rank_00.old")
        try MegatronModel(model).write(to: folder)
        try expectSame(try Checkpoint(path: folder.path), model)
    }

    @Test("Part of a checkpoint is no checkpoint, and is named")
    func parts() throws {
        try MegatronModel(RandomModel(Self.shape)).write(to: folder, under: "iter_0000007/")
        #expect(try refusal().contains("expected latest_checkpointed_iteration.txt, or mp_rank_00/model_optim_rng.pt"))
        #expect(try refusal().hasSuffix("found \"iter_0000007\" by itself"))
        let error = try #require(throws: FileError.self) {
            try Checkpoint(path: folder.file("iter_0000007/mp_rank_00"))
        }
        #expect(error.description.hasSuffix("found \"model_optim_rng.pt\" by itself"))
    }

    @Test("Ranks in each other's folders are refused where they say which they are")
    func swapped() throws {
        let whole = MegatronModel(RandomModel(Self.shape), ranks: 2)
        func write(_ numbers: [Int]) throws {
            for (place, rank) in numbers.enumerated() {
                var megatron = whole
                megatron.arguments = [("rank", .int(rank))]
                try folder.write(
                    inFolders: "mp_rank_0\(place)/model_optim_rng.pt", TorchWriter.file(megatron.archive(place)))
            }
        }
        try write([1, 0])
        #expect(try refusal().contains("mp_rank_00/model_optim_rng.pt: expected rank 0, found args.rank 1"))
        // One process wrote both.
        for numbers in [[0, 1], [0, 0], [4, 5]] {
            try write(numbers)
            _ = try Checkpoint(path: folder.path)
        }
    }

    @Test("A tensor that a plain Llama has not is refused by its name, another state is passed over")
    func otherTensors() throws {
        var megatron = MegatronModel(RandomModel(Self.shape))
        megatron.others = ["decoder.layers.0.mlp.linear_fc1._extra_state"]
        try megatron.write(to: folder)
        _ = try Checkpoint(path: folder.path)
        megatron.others = ["decoder.layers.0.self_attention.linear_qkv.bias"]
        try megatron.write(to: folder)
        #expect(
            try refusal().contains(
                "a plain Llama's tensors, found a tensor \"decoder.layers.0.self_attention.linear_qkv.b"))
    }

    @Test("Ranks of two trainings, of two steps, or one archive in another's place are refused")
    func strangeRanks() throws {
        let megatron = MegatronModel(RandomModel(Self.shape), ranks: 2)
        func refusal(_ second: PickledValue) throws -> String {
            try megatron.write(to: folder)
            try folder.write(inFolders: "mp_rank_01/model_optim_rng.pt", TorchWriter.file(second))
            let line = try self.refusal()
            #expect(line.contains("mp_rank_01/model_optim_rng.pt: "))
            return line
        }
        #expect(try refusal(megatron.archive(0)).contains("expected other shares of the model than rank 0 has"))
        let other = MegatronModel(RandomModel(Self.shape, seed: 2), ranks: 2)
        #expect(try refusal(other.archive(1)).contains("layernorm.weight\" as in rank 0, found other numbers"))
        var changed = megatron
        changed.arguments = [("rotary_base", 20_000)]
        #expect(try refusal(changed.archive(1)).contains("rope_theta 10000, as in rank 0, found 20000"))
        changed = megatron
        changed.iteration = 2000
        #expect(try refusal(changed.archive(1)).contains("iteration 1000, as in rank 0, found 2000"))
    }

    @Test("The tokenizer tells tokens from padding, and a smaller vocabulary in the arguments is refused")
    func statedVocabulary() throws {
        var megatron = MegatronModel(RandomModel(Self.shape))
        megatron.padding = 58
        megatron.arguments = [("vocab_size", 3)]
        try megatron.write(to: folder)
        #expect(try Checkpoint(path: folder.path).configuration.vocabularySize == 3)
        #expect(
            try refusal(TextVocabulary(size: 70)).contains(
                "args.vocab_size`: expected at least the tokenizer's 70 tokens, found 3"))
        megatron.arguments = [("vocab_size", 128)]
        try megatron.write(to: folder)
        #expect(
            try Checkpoint(path: folder.path, vocabulary: TextVocabulary(size: 70)).configuration.vocabularySize == 70)
    }

    @Test(
        "A checkpoint of a version before 2 is refused, whatever kind of number says so",
        arguments: [1.0, 0, "new"] as [PickledValue])
    func version(version: PickledValue) throws {
        var megatron = MegatronModel(RandomModel(Self.shape))
        megatron.version = version
        try megatron.write(to: folder)
        #expect(try refusal().contains("expected a checkpoint of version 2 or later, found checkpoint_version"))
    }

    @Test("An axis of one number may have any stride")
    func stride() throws {
        let model = RandomModel(.small(hidden: 8, middle: 1, layers: 1, headDim: 6, vocabulary: 9))
        var megatron = MegatronModel(model)
        megatron.extra = [StoredTensor(shape: [16], values: (0..<16).map(Float.init))]
        megatron.replaced = [
            "decoder.layers.0.mlp.linear_fc2.weight": .claims(
                type: "FloatStorage", key: "0", count: 16, offset: 0, shape: [8, 1], strides: [2, .max])
        ]
        try megatron.write(to: folder)
        let tensor = try #require(
            try Checkpoint(path: folder.path).weights.tensor("model.layers.0.mlp.down_proj.weight"))
        #expect(tensor.floats == [0, 2, 4, 6, 8, 10, 12, 14])
    }

    @Test("What does not divide among the ranks is refused by name")
    func divisors() throws {
        var megatron = MegatronModel(RandomModel(.small(hidden: 24, middle: 36, kvHeads: 2, headDim: 6)))
        megatron.arguments = [("tensor_model_parallel_size", 4)]
        for rank in 0..<4 {
            try folder.write(inFolders: "mp_rank_0\(rank)/model_optim_rng.pt", TorchWriter.file(megatron.archive(0)))
        }
        #expect(try refusal().contains("expected query groups that its 4 ranks divide, found 2"))
    }

    @Test("A fingerprint is the same for the same files, and another for any other number")
    func fingerprint() throws {
        func fingerprint(_ model: RandomModel, ranks: Int = 1) throws -> String {
            try MegatronModel(model, ranks: ranks).write(to: folder)
            return try Checkpoint(path: folder.path).fingerprint
        }
        let first = try fingerprint(RandomModel(Self.shape))
        #expect(try fingerprint(RandomModel(Self.shape)) == first)
        #expect(try fingerprint(RandomModel(Self.shape, seed: 2)) != first)
        var changed = RandomModel(Self.shape)
        changed.tensors["model.norm.weight"]!.values[3] += 1
        #expect(try fingerprint(changed) != first)
    }
}
