import Foundation

/// The fields of a `config.json`, each read as the kind it must be.
struct ConfigurationFields {
    let values: [String: JSONValue]
    private let path: String
    /// What names begin with where these fields are within another one.
    private let prefix: String

    init(data: Data, path: String) throws {
        self.path = path
        prefix = ""
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: data) else {
            throw ConfigurationError.notAnObject(path: path, found: "text that is not JSON")
        }
        guard case .object(let object) = value else {
            throw ConfigurationError.notAnObject(path: path, found: "\(value)")
        }
        values = object
    }

    init(_ values: [String: JSONValue], path: String, prefix: String = "") {
        self.values = values
        self.path = path
        self.prefix = prefix
    }

    func error(_ name: String, expected: String, found: String) -> ConfigurationError {
        .field(path: path, name: prefix + name, expected: expected, found: found)
    }

    /// A field's value; nil where there is none, or null.
    func value(_ name: String) -> JSONValue? {
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

    /// The fields within a field.
    func object(_ name: String) throws -> ConfigurationFields? {
        guard let value = value(name) else { return nil }
        guard case .object(let fields) = value else { throw error(name, expected: "an object", found: "\(value)") }
        return ConfigurationFields(fields, path: path, prefix: "\(prefix)\(name).")
    }

    /// What is said of rotary angles beyond their base: `rope_scaling`, or `rope_parameters` as transformers has it from
    /// release 5 on, the base in it.
    var ropeFields: ConfigurationFields? {
        get throws { try object("rope_parameters") ?? object("rope_scaling") }
    }

    /// The kind of change to the angles; nil where none is named.
    var ropeType: String? {
        get throws { try text("rope_type") ?? text("type") }
    }

    /// The base of the rotary angles.
    func ropeTheta() throws -> Double {
        try positive("rope_theta") ?? object("rope_parameters")?.positive("rope_theta") ?? 10_000
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
}
