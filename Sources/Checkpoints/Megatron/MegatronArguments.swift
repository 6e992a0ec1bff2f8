import Descriptions
import Files

/// The hyper-parameters that a Megatron checkpoint carries: the attributes of its `argparse.Namespace`.
struct MegatronArguments {
    private let values: [String: PickleValue]
    private let path: String

    /// The `args` of an opened archive.
    /// - Throws: `FileError`.
    init(_ archive: TorchArchive, _ value: PickleValue?) throws {
        path = archive.path
        guard let value, let values = archive.pickle.attributes(value, of: "argparse.Namespace") else {
            throw FileError.unsuitable(
                path: path, expected: "a Megatron checkpoint with `args` (an argparse.Namespace)", found: "none")
        }
        self.values = values
    }

    func error(_ name: String, expected: String, found: String) -> ConfigurationError {
        .field(path: path, name: "args.\(name)", expected: expected, found: found)
    }

    private func value(_ name: String) -> PickleValue? {
        guard let value = values[name], value != .none else { return nil }
        return value
    }

    func number(_ name: String) throws -> Double? {
        switch value(name) {
        case nil: return nil
        case .int(let number): return Double(number)
        case .float(let number) where number.isFinite: return number
        case let other?: throw error(name, expected: "a number", found: "\(other)")
        }
    }

    func integer(_ name: String) throws -> Int? {
        switch value(name) {
        case nil: return nil
        case .int(let number): return number
        case let other?: throw error(name, expected: "a whole number", found: "\(other)")
        }
    }

    /// A size that a model must have.
    func size(_ name: String) throws -> Int {
        guard let size = try integer(name) else { throw error(name, expected: "a whole number", found: "nothing") }
        guard size > 0 else { throw error(name, expected: "a size from 1 on", found: "\(size)") }
        return size
    }

    func flag(_ name: String) throws -> Bool? {
        switch value(name) {
        case nil: return nil
        case .bool(let flag): return flag
        case let other?: throw error(name, expected: "True or False", found: "\(other)")
        }
    }

    func text(_ name: String) throws -> String? {
        switch value(name) {
        case nil: return nil
        case .string(let text): return text
        case let other?: throw error(name, expected: "a text", found: "\(other)")
        }
    }

    /// Whether an argument has a value other than None, False, 0 and 1, which is what those that do nothing have.
    func isSet(_ name: String) -> Bool {
        switch value(name) {
        case nil, .bool(false), .int(0), .int(1), .float(1): false
        default: true
        }
    }

    func error(unsupported features: [String]) -> ConfigurationError {
        .unsupported(path: path, features: features.map { "args.\($0)" })
    }
}
