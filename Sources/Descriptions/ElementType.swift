/// How a number is stored.
public enum ElementType: String, Sendable, Codable, CaseIterable {
    /// IEEE 754 single.
    case float32 = "F32"
    /// IEEE 754 half.
    case float16 = "F16"
    /// bfloat16: the upper half of a single.
    case bfloat16 = "BF16"
    /// Whole number of 8 bit; a weight only together with its scale (`WeightQuantization`).
    case int8 = "I8"

    /// Bytes a number takes.
    public var bytes: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .int8: 1
        }
    }
}
