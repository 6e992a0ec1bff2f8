/// When a sequence's cache is looked at.
enum CacheMoment: Sendable {
    /// After so many tokens.
    case after(Int)
    /// At its largest within so many tokens.
    case peak(within: Int)

    /// The tokens it is about.
    var tokens: Int {
        switch self {
        case .after(let count), .peak(let count): count
        }
    }
}
