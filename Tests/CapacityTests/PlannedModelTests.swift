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

    /// What the published files of such models say of themselves, as far as it matters here.
    @Test(
        "Latent attention, windows and experts are refused by name, wherever the file has them",
        arguments: [
            (
                "deepseek-v2",
                "{\"model_type\": \"deepseek_v2\", \"hidden_size\": 5120, \"kv_lora_rank\": 512, \"n_routed_experts\": 160}",
                ["deepseek_v2", "kv_lora_rank (latent attention)", "n_routed_experts (a mixture of experts)"]
            ),
            (
                "gemma-2", "{\"model_type\": \"gemma2\", \"head_dim\": 256, \"sliding_window\": 4096}",
                ["gemma2", "sliding_window (attention within a window)"]
            ),
            (
                "gemma-3",
                "{\"model_type\": \"gemma3\", \"text_config\": {\"sliding_window\": 1024, \"sliding_window_pattern\": 6}}",
                ["gemma3", "sliding_window_pattern (a window in some layers)"]
            ),
            (
                "gpt-oss",
                "{\"model_type\": \"gpt_oss\", \"layer_types\": [\"sliding_attention\", \"full_attention\"], \"num_local_experts\": 32}",
                ["gpt_oss", "layer_types (a window in some layers)", "num_local_experts (a mixture of experts)"]
            ),
        ])
    func otherKinds(name: String, json: String, named: [String]) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("\(name).json", json)
        let error = #expect(throws: (any Error).self) { try PlannedModel.named(path) }
        for word in named { #expect("\(error!)".contains(word), "\(error!)") }
    }

    @Test("A window that the file switches off is none; one in force is named")
    func switchedOff() throws {
        let folder = try TemporaryFolder()
        let json = ModelConfiguration.small().huggingFaceJSON.dropFirst()
        let off = "{\"use_sliding_window\": false, \"sliding_window\": 4096,"
        _ = try PlannedModel.named(try folder.write("config.json", off + json))
        let on = "{\"model_type\": \"mistral\", \"sliding_window\": 4096,"
        let plain = json.replacing("\"model_type\": \"llama\",", with: "")
        let error = #expect(throws: ConfigurationError.self) {
            try PlannedModel.named(try folder.write("config.json", on + plain))
        }
        #expect("\(error!)".contains("sliding_window (attention within a window)"))
    }
}
