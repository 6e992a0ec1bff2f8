import Checkpoints
import Descriptions
import Files
import Foundation
import TestSupport
import Testing

struct Int8ConversionTests {
    private let folder: TemporaryFolder
    private let target: TemporaryFolder
    /// More than one group in a row, the last ones shorter, and tensors of odd byte counts.
    private let shape = ModelConfiguration.small(
        hidden: 150, middle: 261, heads: 3, kvHeads: 3, headDim: 10, vocabulary: 9, dmc: DMCSettings())

    init() throws {
        folder = try TemporaryFolder()
        target = try TemporaryFolder()
    }

    private func convert(_ model: RandomModel) throws -> (checkpoint: Checkpoint, summary: Int8Conversion.Summary) {
        try model.write(to: folder)
        let summary = try Int8Conversion(Checkpoint(path: folder.path)).write(to: target.file("new"))
        return (try Checkpoint(path: target.file("new")), summary)
    }

    @Test("The folder's type of model is one of its own, which is read only with its weights")
    func type() throws {
        _ = try convert(RandomModel(shape))
        let text = String(decoding: try target.bytes("new/config.json"), as: UTF8.self)
        #expect(text.contains("\"model_type\" : \"headroom-int8\""))
        try folder.write("config.json", text.replacing("\"quant_method\"", with: "\"method\""))
        let error = try #require(throws: ConfigurationError.self) { try Checkpoint(path: folder.path) }
        #expect(error.description.contains("model_type \"headroom-int8\""))
    }

    @Test(
        "A weight is at most half a scale from its number times the scale, in groups of 128 columns",
        arguments: [ElementType.float32, .bfloat16])
    func bound(type: ElementType) throws {
        let model = RandomModel(shape, elementType: type)
        let (converted, summary) = try convert(model)
        var (differences, squares) = (0.0, 0.0)
        for (name, old) in model.tensors {
            let new = try #require(converted.weights.tensor(name))
            #expect(new.shape == old.shape)
            guard old.shape.count == 2, name != "model.embed_tokens.weight" else {
                #expect(new.elementType == type && new.floats == old.values, "\(name)")
                continue
            }
            #expect(new.elementType == .int8)
            let scales = try #require(converted.weights.tensor("\(name)_scale"))
            let (columns, groups) = (old.shape[1], (old.shape[1] + 127) / 128)
            #expect(scales.shape == [old.shape[0], groups] && scales.elementType == .float32)
            let (numbers, scale) = (new.floats, scales.floats)
            for (index, weight) in old.values.enumerated() {
                let own = scale[index / columns * groups + index % columns / 128]
                let difference = Double(weight) - Double(numbers[index]) * Double(own)
                #expect(abs(difference) <= 0.5001 * Double(own), "\(name) \(index)")
                #expect(abs(numbers[index]) <= 127)
                differences += difference * difference
                squares += Double(weight) * Double(weight)
            }
            for row in 0..<old.shape[0] {
                let largest = old.values[row * columns..<row * columns + min(128, columns)].map(abs).max()!
                #expect(scale[row * groups] == largest / 127, "the largest of a group is 127")
            }
        }
        let expected = (differences / squares).squareRoot()
        #expect(abs(summary.relativeError - expected) <= 1e-4 * expected)
        #expect((0.002...0.012).contains(summary.relativeError), "normal weights: half a percent")
        #expect(summary.bytes < (type == .bfloat16 ? summary.sourceBytes : summary.sourceBytes / 2))
    }

    @Test("A group of zeros, and one too small for a scale, become zeros")
    func zeros() throws {
        var model = RandomModel(shape)
        let name = "model.layers.0.mlp.down_proj.weight"
        for column in 0..<128 {
            // Not in row 0, which is zero in these models.
            model.tensors[name]!.values[261 + column] = 0
            model.tensors[name]!.values[522 + column] = 1e-40
        }
        let converted = try convert(model).checkpoint
        let (numbers, scales) = (
            converted.weights.tensor(name)!.floats, converted.weights.tensor("\(name)_scale")!.floats
        )
        #expect(numbers[261..<389].allSatisfy { $0 == 0 } && numbers[522..<650].allSatisfy { $0 == 0 })
        #expect(scales[3] == 0 && scales[6] == 0 && scales[4] > 0 && scales[7] > 0)
    }

    @Test("The configuration says what was done, and keeps the rest; the tokenizer goes along")
    func configuration() throws {
        try folder.write("tokenizer.model", "pieces")
        let converted = try convert(RandomModel(shape)).checkpoint
        var expected = shape
        expected.quantization = WeightQuantization(groupSize: 128)
        expected.conversion = "int8 weights, groups of 128"
        #expect(converted.configuration == expected)
        #expect(try target.bytes("new/tokenizer.model") == Array("pieces".utf8))
        #expect(try target.contents() == ["new"])
    }

    @Test("An averaged model's configuration says both")
    func chain() throws {
        var plain = shape
        plain.dmc = nil
        try RandomModel(plain).write(to: folder)
        try GroupedConversion(Checkpoint(path: folder.path), kvHeads: 1).write(to: target.file("averaged"))
        _ = try Int8Conversion(Checkpoint(path: target.file("averaged"))).write(to: target.file("new"))
        let converted = try Checkpoint(path: target.file("new"))
        #expect(converted.configuration.conversion == "gqa:1 averaged, untrained; int8 weights, groups of 128")
        #expect(throws: CheckpointError.self) { try GroupedConversion(converted, kvHeads: 1) }
    }

    @Test("Weights that are whole numbers already are refused")
    func twice() throws {
        let converted = try convert(RandomModel(shape)).checkpoint
        let error = try #require(throws: CheckpointError.self) { try Int8Conversion(converted) }
        #expect("\(error)" == "\(target.file("new")): expected floating-point weights, found int8 already")
    }

    @Test(
        "A weight that is not finite is refused by its tensor, and nothing is left", arguments: [Float.nan, .infinity])
    func notFinite(value: Float) throws {
        var model = RandomModel(shape)
        let name = "model.layers.1.self_attn.o_proj.weight"
        model.tensors[name]!.values[77] = value
        let error = try #require(throws: CheckpointError.self) { try convert(model) }
        #expect("\(error)" == "\(folder.path): expected finite weights in tensor \(name), found one that is not")
        #expect(try target.contents().isEmpty)
    }

    @Test("A target that is there already is refused and stays as it was")
    func exists() throws {
        try target.write("new", "mine")
        #expect(throws: FileError.exists(path: target.file("new"))) { try convert(RandomModel(shape)) }
        #expect(try target.bytes("new") == Array("mine".utf8))
    }

    /// The one line that opening a folder fails with after `change` to its configuration or tensors.
    private func refusal(
        of shape: ModelConfiguration? = nil,
        _ change: (_ configuration: inout String, _ tensors: inout [String: StoredTensor]) -> Void
    ) throws -> String {
        let model = RandomModel(shape ?? self.shape)
        var (configuration, tensors) = (model.configuration.huggingFaceJSON, model.tensors)
        change(&configuration, &tensors)
        try folder.write("config.json", configuration)
        try folder.write("model.safetensors", SafetensorsWriter.file(tensors))
        let error = #expect(throws: (any Error).self) { try Checkpoint(path: folder.path) }
        return error.map { "\($0)".replacingOccurrences(of: folder.path, with: "@") } ?? ""
    }

    @Test("Tensors that are not what quantization_config says are refused by name")
    func contradictions() throws {
        let name = "model.layers.0.self_attn.q_proj.weight"
        func quantized(_ text: inout String, group: String = "128") {
            text = text.replacingOccurrences(
                of: "\"model_type\"",
                with:
                    "\"quantization_config\": {\"quant_method\": \"headroom-int8\", \"group_size\": \(group)}, \"model_type\""
            )
        }
        let whole = StoredTensor(shape: [30, 150], values: Array(repeating: 1, count: 4500), elementType: .int8)
        #expect(
            try refusal { $1[name] = whole }
                == "@/model.safetensors: tensor \(name): expected floating-point numbers by the configuration, found I8"
        )
        #expect(
            try refusal { text, _ in quantized(&text) }.hasPrefix(
                "@/model.safetensors: tensor lm_head.weight: expected I8"))
        // Of sizes that keep every tensor at a multiple of four bytes.
        let even = ModelConfiguration.small(hidden: 32, middle: 64, heads: 2, kvHeads: 2, headDim: 16, vocabulary: 8)
        let unscaled = try refusal(of: even) { text, tensors in
            quantized(&text)
            for (name, tensor) in tensors where tensor.shape.count == 2 && !name.contains("embed") {
                tensors[name]!.elementType = .int8
            }
        }
        #expect(
            unscaled == "@/model.safetensors: tensor lm_head.weight_scale: expected by the configuration, "
                + "found nothing of that name")
        for group in ["0", "-1", "1.5", "\"x\"", "null"] {
            #expect(try refusal { text, _ in quantized(&text, group: group) }.contains("`group_size`"), "\(group)")
        }
        #expect(
            try refusal { text, _ in
                text = text.replacingOccurrences(
                    of: "\"model_type\"", with: "\"quantization_config\": {\"quant_method\": \"gptq\"}, \"model_type\"")
            } == "@/config.json: expected a plain Llama model, found quantization_config \"gptq\"")
    }
}
