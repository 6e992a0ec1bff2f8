/// What activations are rounded to before a product with weights. Sums, and attention over the cache, are single
/// precision in either mode. Decisions are equal within a mode, not between modes.
public enum ArithmeticMode: String, Sendable, Codable, CaseIterable {
    /// Activations in single precision, weights widened to it.
    case float32
    /// Activations rounded to bfloat16, nearest and ties to even.
    case bfloat16
}
