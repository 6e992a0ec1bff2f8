/// A value that a pickle describes. What is made of others is a reference into its `Pickle`, so that a value that holds
/// itself is no trouble: nothing is followed that nobody asks for.
enum PickleValue: Hashable, Sendable {
    case none
    case bool(Bool)
    case int(Int)
    /// A whole number of more than 64 bits; its value is of no use here.
    case wideInt
    case float(Double)
    case string(String)
    /// Bytes; of no use here.
    case bytes
    /// The object of that index.
    case object(Int)
}

extension PickleValue: CustomStringConvertible {
    /// A short form, for errors.
    var description: String {
        switch self {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .int(let value): "\(value)"
        case .wideInt: "a number of more than 64 bits"
        case .float(let value): "\(value)"
        case .string(let text): text.shown
        case .bytes: "bytes"
        case .object: "an object"
        }
    }
}
