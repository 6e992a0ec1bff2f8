/// When a sequence's cache is looked at.
enum CacheMoment: Sendable {
    /// After so many tokens.
    case after(Int)
    /// At its largest from after token `after` to after token `within`.
    case peak(after: Int = 0, within: Int)

    /// The tokens it is about.
    var tokens: Int {
        switch self {
        case .after(let count), .peak(_, let count): count
        }
    }
}
