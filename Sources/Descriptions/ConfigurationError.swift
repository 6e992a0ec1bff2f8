import Files

/// What is wrong in a `config.json`. Its description is the one line a user sees.
public enum ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is not JSON, or not an object.
    case notAnObject(path: String, found: String)
    /// A field is missing or of the wrong kind.
    case field(path: String, name: String, expected: String, found: String)
    /// The model is of a kind that Headroom does not compute.
    case unsupported(path: String, features: [String])

    public var description: String { text.inOneLine }

    private var text: String {
        switch self {
        case .notAnObject(let path, let found): "\(path): expected a JSON object, found \(found)"
        case .field(let path, let name, let expected, let found):
            "\(path): `\(name)`: expected \(expected), found \(found)"
        case .unsupported(let path, let features):
            "\(path): expected a plain Llama model, found \(features.joined(separator: ", "))"
        }
    }
}
