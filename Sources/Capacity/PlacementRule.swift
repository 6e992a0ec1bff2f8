/// Which KV heads go to which GPU under tensor parallelism.
public enum PlacementRule: String, Hashable, Sendable, Codable, CaseIterable {
    /// Neighbours together, the same heads in every layer: what engines do.
    case contiguous
    /// In every layer as many heads to each GPU, but so that the lengths that were recorded add up evenly.
    case balanced
}
