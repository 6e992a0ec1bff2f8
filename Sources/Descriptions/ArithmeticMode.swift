/// What activations are rounded to before a product. Decisions are equal within a mode, not between modes.
public enum ArithmeticMode: String, Sendable, Codable {
    /// Activations in single precision, weights widened to it.
    case float32
}
