/// Where a projected time comes from.
public enum TimeSource: String, Sendable, Codable {
    /// Efficiencies fitted to measurements on this very GPU.
    case fitted
    /// Efficiencies fitted to measurements on another GPU, over this one's peaks.
    case nearest
    /// The datasheet's peaks and efficiencies that nobody measured.
    case datasheet
}
