import Checkpoints
import Descriptions
import Files
import TestSupport
import Testing

struct GroupedConversionTests {
    private let folder: TemporaryFolder
    private let target: TemporaryFolder
    private let shape = ModelConfiguration.small(hidden: 8, middle: 6, heads: 4, kvHeads: 4, headDim: 6, vocabulary: 9)

    init() throws {
        folder = try TemporaryFolder()
        target = try TemporaryFolder()
    }

    private func convert(_ model: RandomModel, kvHeads: Int) throws -> Checkpoint {
        try model.write(to: folder)
        try GroupedConversion(Checkpoint(path: folder.path), kvHeads: kvHeads).write(to: target.file("new"))
        return try Checkpoint(path: target.file("new"))
    }

    @Test(
        "Keys and values are the means of their groups, all else is as it was",
        arguments: [ElementType.float32, .bfloat16])
    func means(type: ElementType) throws {
        let model = RandomModel(shape, elementType: type)
        let converted = try convert(model, kvHeads: 2)
        #expect(converted.weights.names == model.tensors.keys.sorted())
        for (name, old) in model.tensors {
            let new = try #require(converted.weights.tensor(name))
            #expect(new.elementType == type)
            guard name.contains("k_proj") || name.contains("v_proj") else {
                #expect(new.floats == old.values && new.shape == old.shape)
                continue
            }
            #expect(new.shape == [12, 8])
            // 6 rows of 8 numbers a head; heads 0 and 1 become head 0, heads 2 and 3 head 1.
            let expected = (0..<96).map { index in
                let first = (index / 48) * 96 + index % 48
                let mean = (old.values[first] + old.values[first + 48]) / 2
                return StoredTensor(shape: [], values: [mean], elementType: type).values[0]
            }
            #expect(new.floats == expected, "\(name)")
        }
    }

    @Test("A mean between two bfloat16 becomes the even one")
    func rounding() throws {
        var model = RandomModel(shape, elementType: .bfloat16)
        let name = "model.layers.1.self_attn.v_proj.weight"
        let pairs: [(Float, Float, Float)] = [
            (1, 1.0078125, 1), (1.0078125, 1.015625, 1.015625), (-1, -1.0078125, -1), (2, 4, 3), (0, -0.5, -0.25),
        ]
        for (index, pair) in pairs.enumerated() {
            model.tensors[name]!.values[index] = pair.0
            model.tensors[name]!.values[index + 48] = pair.1
        }
        let converted = try convert(model, kvHeads: 2)
        #expect(converted.weights.tensor(name)?.floats.prefix(5) == ArraySlice(pairs.map(\.2)))
    }

    @Test("The configuration says what was done, and keeps the rest", arguments: [1, 2])
    func configuration(kvHeads: Int) throws {
        let converted = try convert(RandomModel(shape), kvHeads: kvHeads)
        var expected = shape
        expected.kvHeads = kvHeads
        expected.conversion = "gqa:\(kvHeads) averaged, untrained"
        #expect(converted.configuration == expected)
        #expect(converted.tokenizerPath == nil)
        let text = String(decoding: try target.bytes("new/config.json"), as: UTF8.self)
        #expect(text.contains("\"model_type\" : \"llama\""))
    }

    @Test("The tokenizer goes along")
    func tokenizer() throws {
        try folder.write("tokenizer.model", "pieces")
        _ = try convert(RandomModel(shape), kvHeads: 2)
        #expect(try target.bytes("new/tokenizer.model") == Array("pieces".utf8))
        #expect(try target.contents() == ["new"])
    }

    @Test("A number of KV heads that is not smaller, or does not divide, is refused", arguments: [-1, 0, 3, 4, 8])
    func divisors(kvHeads: Int) throws {
        let error = try #require(throws: CheckpointError.self) { try convert(RandomModel(shape), kvHeads: kvHeads) }
        #expect("\(error)" == "\(folder.path): expected fewer KV heads that divide its 4: 1, 2, found \(kvHeads)")
        #expect(try target.contents().isEmpty)
    }

    @Test("A DMC model is refused")
    func compressed() throws {
        var shape = shape
        shape.dmc = DMCSettings()
        let error = try #require(throws: CheckpointError.self) { try convert(RandomModel(shape), kvHeads: 2) }
        #expect("\(error)".contains("expected a plain model") && "\(error)".contains("DMC"))
        #expect(try target.contents().isEmpty)
    }

    @Test("A target that is there already is refused and stays as it was")
    func exists() throws {
        try target.write("new", "mine")
        #expect(throws: FileError.exists(path: target.file("new"))) { try convert(RandomModel(shape), kvHeads: 2) }
        #expect(try target.bytes("new") == Array("mine".utf8))
        #expect(try target.contents() == ["new"])
    }

    @Test("A conversion that fails leaves nothing half-written")
    func failing() throws {
        try RandomModel(shape).write(to: folder)
        let conversion = try GroupedConversion(Checkpoint(path: folder.path), kvHeads: 2)
        #expect(throws: FileError.self) { try conversion.write(to: target.file("none/new")) }
        // A folder in the tokenizer's place cannot be read, after the configuration has been written.
        try AtomicFolder.write(["file": []], to: folder.file("tokenizer.model")) { _ in true }
        #expect(throws: FileError.self) { try conversion.write(to: target.file("new")) }
        #expect(try target.contents().isEmpty)
    }
}
