/// How much of a prompt is given, the rest being fed as if the model had generated it: a share (`50%`) or tokens (`128`).
public enum GivenTokens: Hashable, Sendable {
    /// This share of each prompt, rounded.
    case share(Double)
    /// The first so many tokens of each prompt; all of a shorter one.
    case tokens(Int)

    /// Reads `50%` or `128`; nil where the text is neither, or leaves nothing.
    public init?(_ text: String) {
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "." || $0 == "%") }) else { return nil }
        if text.hasSuffix("%") {
            guard let percent = Double(text.dropLast()), percent > 0, percent <= 100 else { return nil }
            self = .share(percent / 100)
        } else {
            guard let count = Int(text), (1...1 << 32).contains(count) else { return nil }
            self = .tokens(count)
        }
    }

    /// How many of `count` tokens are given: at least one.
    public func count(of count: Int) -> Int {
        switch self {
        case .share(let share): max(1, min(count, Int((share * Double(count)).rounded())))
        case .tokens(let given): min(count, given)
        }
    }
}

extension GivenTokens: CustomStringConvertible {
    /// As it is written.
    public var description: String {
        switch self {
        case .share(let share): "\((100 * share * 1e6).rounded() / 1e6)%"
        case .tokens(let count): "\(count)"
        }
    }
}

extension [Prompt] {
    /// The same prompts, each given so far; nil leaves them as they are.
    public func given(_ given: GivenTokens?) -> [Prompt] {
        guard let given else { return self }
        return map { Prompt(id: $0.id, tokens: $0.tokens, given: given.count(of: $0.tokens.count)) }
    }
}
