import Checkpoints
import Descriptions
import Files
import Foundation
import TestSupport
import Testing

@Suite("Conversion to Hugging Face's form")
struct FormatConversionTests {
    private let folder: TemporaryFolder
    private let target: TemporaryFolder
    private let shape = ModelConfiguration.small(
        hidden: 8, middle: 6, headDim: 6, vocabulary: 16, dmc: DMCSettings(window: 0, initialValue: 4.5))

    init() throws {
        folder = try TemporaryFolder()
        target = try TemporaryFolder()
    }

    @Test(
        "A Megatron checkpoint becomes a folder of the same numbers",
        arguments: [1, 2], [ElementType.float32, .float16, .bfloat16])
    func megatron(ranks: Int, type: ElementType) throws {
        let model = RandomModel(shape, elementType: type)
        try MegatronModel(model, ranks: ranks).write(to: folder)
        let vocabulary = TextVocabulary(size: 16, bosToken: 1, eosToken: 2)
        let source = try Checkpoint(path: folder.path, vocabulary: vocabulary)
        try FormatConversion(source).write(to: target.file("new"))
        #expect(try target.contents() == ["new"])
        #expect(try target.names("new") == ["config.json", "model.safetensors"])
        let converted = try Checkpoint(path: target.file("new"))
        #expect(converted.configuration == source.configuration)
        #expect(converted.configuration.dmc == shape.dmc && converted.configuration.bosToken == 1)
        for (name, tensor) in model.tensors {
            #expect(converted.weights.tensor(name)?.floats == tensor.values)
            #expect(converted.weights.tensor(name)?.elementType == type)
        }
        let text = String(decoding: try target.bytes("new/config.json"), as: UTF8.self)
        #expect(text.contains("\"architectures\"") && text.contains("\"torch_dtype\" : \"\(type)\""))
    }

    @Test("Shards hold what fits them, and the index says where everything is", arguments: [1, 700, 2000, 1_000_000])
    func shards(bytes: Int) throws {
        let model = RandomModel(shape)
        try model.write(to: folder)
        try folder.write("tokenizer.model", "pieces")
        try FormatConversion(Checkpoint(path: folder.path)).write(to: target.file("new"), shardBytes: bytes)
        let converted = try Checkpoint(path: target.file("new"))
        for (name, tensor) in model.tensors { #expect(converted.weights.tensor(name)?.floats == tensor.values) }
        #expect(converted.weights.names == model.tensors.keys.sorted())
        #expect(try target.bytes("new/tokenizer.model") == Array("pieces".utf8))
        let files = try target.names("new").filter { $0.hasSuffix(".safetensors") }
        if bytes == 1_000_000 { #expect(files == ["model.safetensors"]) }
        if bytes == 1 { #expect(files.count == model.tensors.count && files[0] == "model-00001-of-00021.safetensors") }
        if bytes == 2000 {
            let sizes = try files.map { try SafetensorsFile(path: target.file("new/\($0)")).stored.map(\.byteCount) }
            #expect(sizes.allSatisfy { $0.reduce(0, +) <= 2000 } && sizes.count > 1)
        }
    }

    @Test("What stops the work leaves nothing behind, and until then it says how far it is")
    func stopped() throws {
        struct Stopped: Error {}
        try RandomModel(shape).write(to: folder)
        let source = try Checkpoint(path: folder.path)
        var told: [Int] = []
        try FormatConversion(source).write(to: target.file("new")) { done, total in
            told.append(done)
            #expect(total == 4 * source.configuration.parameters)
        }
        #expect(told.count == source.weights.names.count && told == told.sorted())
        #expect(told.last == 4 * source.configuration.parameters)
        #expect(throws: Stopped.self) {
            try FormatConversion(source).write(to: target.file("other")) { done, _ in
                if done > 1000 { throw Stopped() }
            }
        }
        #expect(try target.contents() == ["new"])
    }

    @Test("The index is as transformers reads it")
    func index() throws {
        let model = RandomModel(shape)
        try model.write(to: folder)
        try FormatConversion(Checkpoint(path: folder.path)).write(to: target.file("new"), shardBytes: 2000)
        let data = Data(try target.bytes("new/model.safetensors.index.json"))
        let index = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
        #expect(index["metadata"]?["total_size"] as? Int == model.tensors.values.reduce(0) { $0 + $1.bytes.count })
        #expect(index["weight_map"]?.keys.sorted() == model.tensors.keys.sorted())
        let first = try target.bytes("new/model-00001-of-00005.safetensors")
        #expect(String(decoding: first.prefix(200), as: UTF8.self).contains("\"__metadata__\":{\"format\":\"pt\"}"))
    }

    @Test("An index that lies is refused by the name of what is wrong")
    func lies() throws {
        try RandomModel(shape).write(to: folder)
        try FormatConversion(Checkpoint(path: folder.path)).write(to: target.file("new"), shardBytes: 2000)
        let name = "new/model.safetensors.index.json"
        let good = String(decoding: try target.bytes(name), as: UTF8.self)
        func refusal(_ text: String) throws -> String {
            try target.write(name, text)
            do { _ = try Checkpoint(path: target.file("new")) } catch {
                #expect("\(error)".hasPrefix(target.path) && !"\(error)".contains("\n"), "\(error)")
                return "\(error)"
            }
            Issue.record("the folder was opened")
            return ""
        }
        for text in ["", "[]", "{}", "{\"weight_map\": 3}", "{\"weight_map\": {\"a\": 1}}"] {
            #expect(try refusal(text).contains("expected a JSON object with a `weight_map`"))
        }
        for file in ["../model.safetensors", "/etc/passwd", ".hidden.safetensors", "model.bin", "a/b.safetensors", ""] {
            let line = try refusal(good.replacingOccurrences(of: "model-00001-of-00005.safetensors", with: file))
            #expect(line.contains("expected names of .safetensors files"), "\(line)")
        }
        let missing = good.replacingOccurrences(of: "model-00001-of-00005", with: "model-00009")
        #expect(try refusal(missing).contains("found no model-00009.safetensors"))
        let moved = good.replacingOccurrences(of: "model-00001-of-00005", with: "model-00002-of-00005")
        #expect(try refusal(moved).contains("as the index says, found none of that name"))
        try target.write(name, good)
        try target.remove("new/model-00003-of-00005.safetensors")
        #expect(try refusal(good).contains("found no model-00003-of-00005.safetensors"))
    }
}
