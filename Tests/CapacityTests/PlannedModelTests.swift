import Capacity
import Descriptions
import TestSupport
import Testing

@Suite("Models are shapes with names")
struct PlannedModelTests {
    /// Totals as the models' cards and the index files of their checkpoints have them.
    @Test(
        "Parameters are the published totals",
        arguments: [
            ("llama-2-7b", 6_738_415_616), ("llama-2-13b", 13_015_864_320), ("llama-2-70b", 68_976_648_192),
            ("llama-3-8b", 8_030_261_248), ("llama-3-70b", 70_553_706_496), ("mistral-7b", 7_241_732_096),
        ])
    func parameters(name: String, count: Int) throws {
        #expect(try PlannedModel.named(name).configuration.parameters == count)
    }

    @Test("Names match loosely", arguments: ["llama2-13b", "LLAMA-2-13B", "llama_2_13b", "Llama-2-13b-hf"])
    func looseNames(word: String) throws { #expect(try PlannedModel.named(word).name == "llama-2-13b") }

    @Test("An unknown model is refused with the names that exist")
    func unknown() throws {
        let error = #expect(throws: CapacityError.self) { try PlannedModel.named("llama-9") }
        #expect("\(error!)".contains("no model 'llama-9'; there are") && "\(error!)".contains("llama-2-13b"))
    }

    @Test("A folder with a config.json is a model, named like the folder; so is the file")
    func ownModel() throws {
        let folder = try TemporaryFolder()
        let shape = ModelConfiguration.small(layers: 3, heads: 6, kvHeads: 2)
        let path = try folder.write("config.json", shape.huggingFaceJSON)
        #expect(try PlannedModel.named(folder.path).configuration.kvHeads == 2)
        #expect(try PlannedModel.named(path).configuration.layers == 3)
        #expect(try PlannedModel.named(path).name == folder.path.split(separator: "/").last.map(String.init))
    }

    @Test("A shape that is not planned is refused by name; one that changes angles alone is not")
    func unsupported() throws {
        let folder = try TemporaryFolder()
        let json = ModelConfiguration.small().huggingFaceJSON
        func with(_ field: String) throws -> String {
            try folder.write("config.json", "{\(field)," + json.dropFirst())
        }
        let path = try with("\"sliding_window\": 4096")
        let error = #expect(throws: ConfigurationError.self) { try PlannedModel.named(path) }
        #expect("\(error!)".contains("sliding_window"))
        _ = try PlannedModel.named(try with("\"rope_scaling\": {\"factor\": 8}"))
    }
}
