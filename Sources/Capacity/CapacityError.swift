/// Why something cannot be planned. Its description is the one line a user sees.
public enum CapacityError: Error, Equatable, Sendable {
    /// There is no GPU, model or policy of this name; `known` are those that exist.
    case unknown(kind: String, name: String, known: [String])
    /// A data file's field is not what it must be.
    case field(path: String, name: String, expected: String, found: String)
    /// A wish that contradicts itself, the model or the trace.
    case request(String)
}

extension CapacityError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknown(let kind, let name, let known):
            "no \(kind) '\(name)'; there are \(known.joined(separator: ", "))"
        case .field(let path, let name, let expected, let found):
            "\(path): `\(name)`: expected \(expected), found \(found)"
        case .request(let reason): reason
        }
    }

    /// Whether the command line was wrong (exit code 64), not a file (exit code 1).
    public var isUsage: Bool {
        switch self {
        case .unknown, .request: true
        case .field: false
        }
    }
}
