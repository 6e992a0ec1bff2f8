import Foundation

/// The fields of a `config.json`, each read as the kind it must be.
struct ConfigurationFields {
    private let values: [String: JSONValue]
    private let path: String

    init(data: Data, path: String) throws {
        self.path = path
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: data) else {
            throw ConfigurationError.notAnObject(path: path, found: "text that is not JSON")
        }
        guard case .object(let object) = value else {
            throw ConfigurationError.notAnObject(path: path, found: "\(value)")
        }
        values = object
    }

    private init(_ values: [String: JSONValue], path: String) {
        self.values = values
        self.path = path
    }

    func error(_ name: String, expected: String, found: String) -> ConfigurationError {
        .field(path: path, name: name, expected: expected, found: found)
    }

    private func value(_ name: String) -> JSONValue? {
        guard let value = values[name], value != .null else { return nil }
        return value
    }

    func number(_ name: String) throws -> Double? {
        guard let value = value(name) else { return nil }
        guard case .number(let number) = value, number.isFinite else {
            throw error(name, expected: "a number", found: "\(value)")
        }
        return number
    }

    func integer(_ name: String) throws -> Int? {
        guard let number = try number(name) else { return nil }
        guard let integer = Int(exactly: number) else {
            throw error(name, expected: "a whole number", found: "\(number)")
        }
        return integer
    }

    /// A size from 1 to `limit`; the limits are far beyond any model, and keep every product of a shape within an `Int`.
    func optionalSize(_ name: String, limit: Int) throws -> Int? {
        guard let size = try integer(name) else { return nil }
        guard (1...limit).contains(size) else {
            throw error(name, expected: "a size from 1 to \(limit)", found: "\(size)")
        }
        return size
    }

    func size(_ name: String, limit: Int) throws -> Int {
        guard let size = try optionalSize(name, limit: limit) else {
            throw error(name, expected: "a positive whole number", found: "nothing")
        }
        return size
    }

    func positive(_ name: String) throws -> Double? {
        guard let number = try number(name) else { return nil }
        guard number > 0 else { throw error(name, expected: "a positive number", found: "\(number)") }
        return number
    }

    func flag(_ name: String) throws -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let flag) = value else { throw error(name, expected: "true or false", found: "\(value)") }
        return flag
    }

    func text(_ name: String) throws -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw error(name, expected: "a string", found: "\(value)") }
        return text
    }

    /// One token id, or a list of them, each below `vocabulary`.
    func tokens(_ name: String, vocabulary: Int) throws -> [Int] {
        guard let value = value(name) else { return [] }
        var items = [value]
        if case .array(let list) = value { items = list }
        return try items.map { item in
            guard case .number(let number) = item, let token = Int(exactly: number), (0..<vocabulary).contains(token)
            else { throw error(name, expected: "token ids below \(vocabulary)", found: "\(item)") }
            return token
        }
    }

    /// The fields of a `quantization_config` of Headroom's own method; nil where there is none of it.
    func quantization() -> ConfigurationFields? {
        guard case .object(let object)? = value("quantization_config"),
            object["quant_method"] == .string(WeightQuantization.method)
        else { return nil }
        return ConfigurationFields(object, path: path)
    }

    /// What the core does not compute, by the name that a user finds in the file.
    func unsupportedFeatures() throws -> [String] {
        var features: [String] = []
        if let type = value("model_type"), ![.string("llama"), .string("mistral")].contains(type) {
            features.append("model_type \(type)")
        }
        if let activation = value("hidden_act"), activation != .string("silu") {
            features.append("hidden_act \(activation)")
        }
        for name in ["attention_bias", "mlp_bias"] where try flag(name) == true { features.append(name) }
        let isOwnQuantization = quantization() != nil
        for name in ["rope_scaling", "quantization_config", "sliding_window", "kv_lora_rank", "num_local_experts"]
        where value(name) != nil && !(name == "quantization_config" && isOwnQuantization) { features.append(name) }
        if let partial = try number("partial_rotary_factor"), partial != 1 {
            features.append("partial_rotary_factor \(partial)")
        }
        return features
    }
}
