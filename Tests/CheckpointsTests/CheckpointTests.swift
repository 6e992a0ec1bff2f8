import Checkpoints
import Descriptions
import Files
import TestSupport
import Testing

struct CheckpointTests {
    private let folder: TemporaryFolder
    private let shape = ModelConfiguration.small(hidden: 8, middle: 6, heads: 2, kvHeads: 1, headDim: 6, vocabulary: 9)

    init() throws { folder = try TemporaryFolder() }

    private func write(_ model: RandomModel) throws { try model.write(to: folder) }

    /// The one line that opening the folder fails with, and its error.
    private func refusal() throws -> (line: String, error: any Error) {
        do {
            _ = try Checkpoint(path: folder.path)
        } catch {
            #expect(!"\(error)".contains("\n") && "\(error)".hasPrefix(folder.path), "\(error)")
            return ("\(error)", error)
        }
        Issue.record("the folder was opened")
        return ("", CancellationError())
    }

    private var weightsPath: String { "\(folder.path)/model.safetensors" }

    @Test("A folder is opened with its configuration, weights and name", arguments: [ElementType.float32, .bfloat16])
    func good(type: ElementType) throws {
        let model = RandomModel(shape, elementType: type)
        try write(model)
        let checkpoint = try Checkpoint(path: folder.path)
        #expect(checkpoint.configuration == shape)
        #expect(checkpoint.weights.names == model.tensors.keys.sorted())
        for (name, tensor) in model.tensors {
            #expect(checkpoint.weights.tensor(name)?.floats == tensor.values)
            #expect(checkpoint.weights.tensor(name)?.shape == tensor.shape)
        }
        #expect(checkpoint.name == folder.path.split(separator: "/").last.map(String.init))
        #expect(checkpoint.tokenizerPath == nil)
        try folder.write("tokenizer.model", "")
        #expect(checkpoint.tokenizerPath == "\(folder.path)/tokenizer.model")
    }

    @Test("A tied model needs no output layer, and another does")
    func tied() throws {
        var model = RandomModel(shape)
        model.tensors["lm_head.weight"] = nil
        try write(model)
        #expect(
            try refusal().error as? CheckpointError == .missingTensor(path: weightsPath, name: "lm_head.weight"))
        var tied = shape
        tied.tiesEmbeddings = true
        try write(RandomModel(tied))
        #expect(try Checkpoint(path: folder.path).weights.tensor("lm_head.weight") == nil)
    }

    @Test("Every tensor that is missing is named")
    func missingTensors() throws {
        for name in RandomModel(shape).tensors.keys {
            var model = RandomModel(shape)
            model.tensors[name] = nil
            try write(model)
            #expect(try refusal().error as? CheckpointError == .missingTensor(path: weightsPath, name: name))
        }
    }

    @Test("Every tensor of another shape is named, with both shapes")
    func wrongShapes() throws {
        for (name, tensor) in RandomModel(shape).tensors {
            var model = RandomModel(shape)
            let found = tensor.shape.reversed() + [1]
            model.tensors[name]!.shape = found
            try write(model)
            #expect(
                try refusal().error as? CheckpointError
                    == .wrongShape(path: weightsPath, name: name, expected: tensor.shape, found: found))
        }
    }

    @Test("A configuration that contradicts the weights is refused, and the tensor named")
    func contradictions() throws {
        let changes: [(WritableKeyPath<ModelConfiguration, Int>, Int)] = [
            (\.hiddenSize, 10), (\.intermediateSize, 7), (\.heads, 4), (\.kvHeads, 2), (\.headDim, 8),
            (\.vocabularySize, 10), (\.layers, 3), (\.layers, 1),
        ]
        for (field, value) in changes {
            try write(RandomModel(shape))
            var other = shape
            other[keyPath: field] = value
            try folder.write("config.json", other.huggingFaceJSON)
            let line = try refusal().line
            #expect(line.hasPrefix(weightsPath) && line.contains("tensor"), "\(line)")
        }
    }

    @Test("A tensor of a type that is not computed with is named where the model needs it, and passed over elsewhere")
    func otherTypes() throws {
        var model = RandomModel(shape)
        model.tensors["model.rotary.positions"] = StoredTensor(shape: [2], values: [0, 1])
        try write(model)
        let text = String(
            String.UnicodeScalarView(SafetensorsWriter.file(model.tensors).map { Unicode.Scalar($0) }))
        func retype(_ name: String) throws {
            let file = text.replacing("\"\(name)\": {\"dtype\": \"F32\"", with: "\"\(name)\": {\"dtype\": \"I32\"")
            try folder.write("model.safetensors", file.unicodeScalars.map { UInt8($0.value) })
        }
        try retype("model.rotary.positions")
        #expect(try Checkpoint(path: folder.path).weights.tensor("model.rotary.positions") == nil)
        try retype("model.norm.weight")
        #expect(
            try refusal().error as? CheckpointError
                == .wrongType(
                    path: weightsPath, name: "model.norm.weight", expected: "F32, F16 or BF16", found: "\"I32\""))
    }

    @Test(
        "A tensor of a layer that a plain Llama has not is refused by its name",
        arguments: ["self_attn.q_proj.bias", "self_attn.q_norm.weight", "mlp.up_proj.bias", "mlp.up_proj.weight_scale"])
    func otherTensors(name: String) throws {
        var model = RandomModel(shape)
        model.tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = StoredTensor(shape: [2], values: [0, 1])
        try write(model)
        _ = try Checkpoint(path: folder.path)
        model.tensors["model.layers.0.\(name)"] = StoredTensor(shape: [2], values: [0, 1])
        try write(model)
        #expect(
            try refusal().line.hasSuffix("expected a plain Llama's tensors, found a tensor \"model.layers.0.\(name)\""))
    }

    @Test("Where the configuration names no tokens that begin and end a text, the tokenizer does")
    func tokenizersWord() throws {
        try write(RandomModel(shape))
        let silent = shape.huggingFaceJSON.replacing(",\n \"eos_token_id\": []", with: "")
        try folder.write("config.json", silent)
        let own = try Checkpoint(path: folder.path).configuration
        let size = shape.vocabularySize
        let vocabulary = TextVocabulary(size: size, bosToken: 5, eosToken: 6)
        let found = try Checkpoint(path: folder.path, vocabulary: vocabulary)
        let isSilent = own.bosToken == nil && own.eosTokens.isEmpty
        #expect(
            isSilent && found.configuration.bosToken == 5 && found.configuration.eosTokens == [6] && found.note == nil)
        let fewer = try Checkpoint(path: folder.path, vocabulary: TextVocabulary(size: size - 1))
        #expect(fewer.note?.contains("the model has \(size) tokens and the tokenizer \(size - 1)") == true)
        #expect(throws: FileError.self) {
            try Checkpoint(path: folder.path, vocabulary: TextVocabulary(size: size + 1))
        }
    }

    @Test("Weights in PyTorch's own files are named")
    func pytorch() throws {
        try write(RandomModel(shape))
        try folder.remove("model.safetensors")
        try folder.write("pytorch_model.bin", "x")
        #expect(
            try refusal().line.hasSuffix("expected weights in safetensors, found pytorch_model.bin, which is not read"))
    }

    @Test("A configuration's error is short, whatever the file holds")
    func longWords() throws {
        try write(RandomModel(shape))
        let marks = String(repeating: "\u{301}", count: 300_000)
        for field in ["\"model_type\": \"a\(marks)\"", "\"model_type\": \"llama\", \"bos_token_id\": \"a\(marks)\""] {
            try folder.write("config.json", "{\(field), " + shape.huggingFaceJSON.dropFirst())
            #expect(try refusal().line.utf8.count < 2000)
        }
    }

    @Test("A folder without one of its files is refused by its name", arguments: ["config.json", "model.safetensors"])
    func missingFiles(name: String) throws {
        let other = name == "config.json" ? "model.safetensors" : "config.json"
        try folder.write(other, other == "config.json" ? shape.huggingFaceJSON : "")
        #expect(try refusal().error as? CheckpointError == .missingFile(folder: folder.path, name: name))
    }

    @Test("A folder that is not there, or is a file, is refused")
    func noFolder() throws {
        #expect(throws: CheckpointError.self) { try Checkpoint(path: "\(folder.path)/none") }
        let file = try folder.write("file", "text")
        #expect(throws: CheckpointError.self) { try Checkpoint(path: file) }
    }

    @Test("Empty files, and a configuration that is not JSON, are refused")
    func emptyFiles() throws {
        try write(RandomModel(shape))
        for text in ["", " ", "[1]", "{\"hidden_size\": 8", "{}"] {
            try folder.write("config.json", text)
            #expect(try refusal().error is ConfigurationError)
        }
        try folder.write("config.json", shape.huggingFaceJSON)
        try folder.write("model.safetensors", "")
        #expect(try refusal().line.contains("expected 8 more bytes, found 0"))
    }

    @Test("Weights cut short are refused, wherever")
    func truncated() throws {
        let bytes = SafetensorsWriter.file(RandomModel(shape).tensors)
        try folder.write("config.json", shape.huggingFaceJSON)
        for count in stride(from: 0, to: bytes.count, by: 97) {
            try folder.write("model.safetensors", Array(bytes.prefix(count)))
            #expect(try refusal().error is FileError)
        }
    }

    @Test("A fingerprint is the same for the same folder, and another for any other configuration, name or number")
    func fingerprint() throws {
        func fingerprint(_ model: RandomModel) throws -> String {
            try write(model)
            return try Checkpoint(path: folder.path).fingerprint
        }
        let first = try fingerprint(RandomModel(shape))
        #expect(first.count == 64)
        #expect(try fingerprint(RandomModel(shape)) == first)
        #expect(try fingerprint(RandomModel(shape, seed: 2)) != first)
        var changed = RandomModel(shape)
        let last = changed.tensors["model.norm.weight"]!.values.count - 1
        changed.tensors["model.norm.weight"]!.values[last] += 1
        #expect(try fingerprint(changed) != first)
        var base = shape
        base.ropeTheta = 500
        #expect(try fingerprint(RandomModel(base)) != first)
    }
}
