/// Whether a model whose query heads share KV heads was trained so: what it predicts depends on it.
public enum GroupTraining: String, Hashable, Sendable, Codable {
    /// It is published so, by those who trained it.
    case published = "as published"
    /// KV heads were averaged or left out, and nothing trained since; or it exists in arithmetic alone.
    case untrained
    /// Nothing says.
    case unknown = "not known"
}
