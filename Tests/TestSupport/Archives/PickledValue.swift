import Descriptions

/// A Python value to be pickled.
package indirect enum PickledValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, Sendable
{
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    case tuple([PickledValue])
    case list([PickledValue])
    case dictionary([(String, PickledValue)])
    case orderedDictionary([(String, PickledValue)])
    /// An `argparse.Namespace` of these attributes.
    case namespace([(String, PickledValue)])
    /// A class or function.
    case global(String, String)
    /// What a function makes of arguments.
    case call(String, String, [PickledValue])
    /// A tensor with a storage of its own; transposed, its columns stand where its rows would.
    case tensor(StoredTensor, isTransposed: Bool = false)
    /// A tensor of any claims: storage type, key, numbers the storage is said to have, offset, shape, strides.
    case claims(type: String, key: String, count: PickledValue, offset: Int, shape: [Int], strides: [Int])
    /// Instructions as they are.
    case raw([UInt8])

    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .float(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}
