/// How often one token of the vocabulary was merged or dropped, wherever it stands in a recording.
public struct TokenProfile: Equatable, Sendable {
    /// Places where it stands.
    public internal(set) var occurrences = 0
    /// Of occurrences × heads, those that were merged or dropped.
    public internal(set) var lost = 0
}
