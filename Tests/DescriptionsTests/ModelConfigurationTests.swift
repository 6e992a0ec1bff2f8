import Descriptions
import Foundation
import Testing

struct ModelConfigurationTests {
    /// Llama-2-13B's shape, as its `config.json` on Hugging Face has it.
    static let llama13B: [String: String] = [
        "model_type": "\"llama\"", "hidden_size": "5120", "intermediate_size": "13824", "num_hidden_layers": "40",
        "num_attention_heads": "40", "num_key_value_heads": "40", "vocab_size": "32000", "rms_norm_eps": "1e-05",
        "max_position_embeddings": "4096", "bos_token_id": "1", "eos_token_id": "2", "hidden_act": "\"silu\"",
    ]

    /// Reads Llama-2-13B's configuration with some fields changed, or left out where nil.
    private func read(_ changes: [String: String?] = [:]) throws -> ModelConfiguration {
        var fields = Self.llama13B
        for (name, value) in changes { fields[name] = value }
        let text = fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
        return try ModelConfiguration(json: Data("{\(text)}".utf8), path: "config.json")
    }

    @Test("Llama-2-13B has 13,015,864,320 parameters")
    func parameters() throws {
        #expect(try read().parameters == 13_015_864_320)
    }

    @Test("Tied embeddings count once, and fewer KV heads take fewer parameters")
    func fewerParameters() throws {
        #expect(try read(["tie_word_embeddings": "true"]).parameters == 13_015_864_320 - 32_000 * 5120)
        let grouped = try read(["num_key_value_heads": "8"])
        #expect(grouped.groupSize == 5)
        #expect(grouped.parameters == 13_015_864_320 - 40 * 2 * 32 * 128 * 5120)
    }

    @Test("Every field is read")
    func fields() throws {
        let configuration = try read([
            "head_dim": "64", "num_key_value_heads": "10", "attention_bias": "true", "rope_theta": "500000.0",
            "tie_word_embeddings": "true",
            "eos_token_id": "[2, 7]", "dmc_window_size": "0", "dmc_init_val": "4.5", "dmc_target_ratio": "4.0",
        ])
        #expect(
            configuration
                == ModelConfiguration(
                    hiddenSize: 5120, intermediateSize: 13824, layers: 40, heads: 40, kvHeads: 10, headDim: 64,
                    vocabularySize: 32000, normEpsilon: 1e-5, ropeTheta: 500_000, maxPositions: 4096,
                    attentionBias: true, tiesEmbeddings: true, bosToken: 1, eosTokens: [2, 7],
                    dmc: DMCSettings(window: 0, initialValue: 4.5, targetRatio: 4)))
    }

    @Test("What is missing or null takes Hugging Face's defaults")
    func defaults() throws {
        let configuration = try read([
            "num_key_value_heads": nil, "rms_norm_eps": nil, "max_position_embeddings": nil, "bos_token_id": "null",
            "eos_token_id": nil, "rope_theta": "null",
        ])
        #expect(configuration.kvHeads == 40)
        #expect(configuration.headDim == 128)
        #expect(configuration.ropeTheta == 10_000)
        #expect(configuration.normEpsilon == 1e-6)
        #expect(configuration.maxPositions == 2048)
        #expect(!configuration.tiesEmbeddings)
        #expect(configuration.bosToken == nil)
        #expect(configuration.eosTokens == [])
        #expect(configuration.dmc == nil)
        #expect(configuration.unsupported == [])
    }

    @Test("A window makes a DMC model, with the published constants where they are missing")
    func dmcDefaults() throws {
        #expect(try read(["dmc_window_size": "12"]).dmc == DMCSettings(window: 12, initialValue: 5))
        #expect(try read(["dmc_init_val": "5"]).dmc == nil)
    }

    @Test(
        "A field that is missing or wrong is named, with what was found",
        arguments: [
            ("hidden_size", nil, "nothing"), ("intermediate_size", nil, "nothing"), ("vocab_size", nil, "nothing"),
            ("num_hidden_layers", nil, "nothing"), ("num_attention_heads", nil, "nothing"),
            ("hidden_size", "\"wide\"", "\"wide\""), ("hidden_size", "5120.5", "5120.5"), ("hidden_size", "0", "0"),
            ("hidden_size", "-1", "-1"), ("hidden_size", "1e300", "1e+300"), ("hidden_size", "5121", "5121"),
            ("num_hidden_layers", "[40]", "a list of 1"), ("num_attention_heads", "9e15", "9000000000000000"),
            ("num_key_value_heads", "41", "41"), ("num_key_value_heads", "7", "7"), ("head_dim", "0", "0"),
            ("head_dim", "127", "127"), ("rope_theta", "0", "0.0"), ("rms_norm_eps", "-1", "-1.0"),
            ("max_position_embeddings", "0", "0"), ("tie_word_embeddings", "1", "1"),
            ("bos_token_id", "32000", "32000"),
            ("eos_token_id", "[2, -1]", "-1"), ("eos_token_id", "{}", "an object of 0 fields"),
            ("dmc_window_size", "-1", "-1"), ("dmc_window_size", "true", "true"), ("dmc_init_val", "\"5\"", "\"5\""),
            ("dmc_target_ratio", "0", "0.0"), ("attention_bias", "\"no\"", "\"no\""),
        ] as [(String, String?, String)])
    func wrongFields(name: String, value: String?, found: String) throws {
        var changes: [String: String?] = ["dmc_window_size": "12"]
        changes.updateValue(value, forKey: name)
        let error = try #require(throws: ConfigurationError.self) { try read(changes) }
        guard case .field("config.json", name, _, found) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.hasPrefix("config.json: `\(name)`: expected "))
    }

    @Test(
        "What is no JSON object is refused",
        arguments: [("", "text that is not JSON"), ("{", "text that is not JSON"), ("[1, 2]", "a list of 2")])
    func noObject(text: String, found: String) {
        #expect(throws: ConfigurationError.notAnObject(path: "config.json", found: found)) {
            try ModelConfiguration(json: Data(text.utf8), path: "config.json")
        }
    }

    @Test("What the core does not compute is listed by name, and the shape is read all the same")
    func unsupported() throws {
        let configuration = try read([
            "model_type": "\"mixtral\"", "hidden_act": "\"gelu\"", "mlp_bias": "true",
            "rope_scaling": "{\"factor\": 8.0}", "sliding_window": "null", "partial_rotary_factor": "0.5",
        ])
        #expect(
            configuration.unsupported
                == [
                    "model_type \"mixtral\"", "hidden_act \"gelu\"", "mlp_bias", "rope_scaling",
                    "partial_rotary_factor 0.5",
                ])
        #expect(configuration.layers == 40)
    }

    @Test("A string of many lines makes an error of one")
    func oneLine() throws {
        let long = String(repeating: "x", count: 1000)
        let error = try #require(throws: ConfigurationError.self) { try read(["vocab_size": "\"a\\nb\(long)\""]) }
        #expect(!error.description.contains("\n"))
        #expect(error.description.count < 200)
        let configuration = try read(["model_type": "\"a\\nb\""])
        #expect(configuration.unsupported == ["model_type \"a\\nb\""])
        let marks = String(repeating: "\u{301}", count: 100_000)
        let features = try read(["model_type": "\"a\(marks)\"", "hidden_act": "\"b\(marks)\""]).unsupported
        let line = ConfigurationError.unsupported(path: "config.json", features: features).description
        #expect(line.unicodeScalars.count < 1000 && line.hasPrefix("config.json: expected a plain Llama model"))
    }

    @Test("Nesting without end is refused, not followed")
    func nesting() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: ConfigurationError.self) {
            try ModelConfiguration(json: Data("{\"a\": \(deep)".utf8), path: "config.json")
        }
    }

    @Test("Biases of attention are parameters")
    func biases() throws {
        let grouped = try read(["num_key_value_heads": "8", "attention_bias": "true"])
        let without = try read(["num_key_value_heads": "8"])
        #expect(grouped.parameters - without.parameters == 40 * (5120 + 2 * 8 * 128 + 5120))
    }

    private static let scaling = """
        "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192
        """

    @Test(
        "Llama 3's stretched angles are read wherever transformers puts them",
        arguments: [
            ("rope_scaling", "{\"rope_type\": \"llama3\", \(scaling)}"),
            ("rope_scaling", "{\"type\": \"llama3\", \(scaling)}"),
            ("rope_parameters", "{\"rope_type\": \"llama3\", \"rope_theta\": 500000.0, \(scaling)}"),
        ])
    func ropeScaling(name: String, value: String) throws {
        let configuration = try read([name: value])
        #expect(configuration.ropeScaling == RopeScaling(factor: 8))
        #expect(configuration.ropeTheta == (name == "rope_parameters" ? 500_000 : 10_000))
        #expect(configuration.unsupported == [])
    }

    @Test("Angles of another kind are refused by its name, and those that are left as they are pass")
    func otherRopes() throws {
        #expect(try read(["rope_scaling": "{\"rope_type\": \"default\"}"]).unsupported == [])
        #expect(try read(["rope_parameters": "{\"rope_type\": \"default\", \"rope_theta\": 7}"]).ropeTheta == 7)
        for kind in ["yarn", "linear", "dynamic", "longrope"] {
            let configuration = try read(["rope_scaling": "{\"type\": \"\(kind)\", \"factor\": 2.0}"])
            #expect(configuration.unsupported == ["rope_scaling \"\(kind)\""] && configuration.ropeScaling == nil)
        }
    }

    @Test(
        "Stretched angles that cannot be are refused by the field",
        arguments: [
            ("\"factor\": 0", "rope_scaling.factor"), ("\"low_freq_factor\": 4", "rope_scaling.high_freq_factor"),
            ("\"original_max_position_embeddings\": 0", "rope_scaling.original_max_position_embeddings"),
            ("\"high_freq_factor\": \"4\"", "rope_scaling.high_freq_factor"),
            ("\"factor\": null", "rope_scaling.rope_type"),
        ])
    func wrongScaling(change: String, name: String) throws {
        let field = String(change.prefix { $0 != ":" })
        let kept = Self.scaling.components(separatedBy: ", ").filter { !$0.hasPrefix(field) }
        let text = "{\"rope_type\": \"llama3\", \((kept + [change]).joined(separator: ", "))}"
        let error = try #require(throws: ConfigurationError.self) { try read(["rope_scaling": text]) }
        #expect(error.description.hasPrefix("config.json: `\(name)`: expected "), "\(error)")
    }

    @Test("a model with grouped KV heads says whether it was trained so, whatever else was done to it")
    func grouping() {
        var shape = ModelConfiguration(
            hiddenSize: 8, intermediateSize: 8, layers: 1, heads: 8, kvHeads: 8, headDim: 4, vocabularySize: 9,
            maxPositions: 256)
        #expect(shape.grouping == nil)
        shape.kvHeads = 2
        #expect(shape.grouping == "trained with 2 of 8 KV heads")
        shape.conversion = "int8"
        #expect(shape.grouping == "trained with 2 of 8 KV heads" && !shape.isUntrained)
        shape.conversion = "gqa:2 averaged, untrained"
        #expect(shape.grouping == "gqa:2 averaged, untrained" && shape.isUntrained)
    }
}
