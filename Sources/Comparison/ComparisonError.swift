import Files

/// Why runs cannot be compared, or a budget cannot be one. Its description is the one line a user sees.
public enum ComparisonError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Two runs are not of the same prompts, tokens or shape: `what` differs.
    case differs(run: String, from: String, what: String, expected: String, found: String)
    /// None of the runs keeps the whole cache of a plain model, which losses are counted from.
    case noBaseline(runs: [String])
    /// A model ran under a policy twice: `what` names both.
    case twice(run: String, other: String, what: String)
    /// There is nothing beside the plain model's run.
    case lone(run: String)
    /// No prompt has a token that others predict; `prompt` is the first.
    case nothingPredicted(run: String, prompt: String?)
    /// The word is no budget.
    case budget(word: String, expected: String)
    /// What was asked for cannot be.
    case request(String)

    /// The error in one line.
    public var description: String { text.inOneLine }

    private var text: String {
        switch self {
        case .differs(let run, let other, let what, let expected, let found):
            "\(run): \(what): expected \(expected) as in \(other), found \(found)"
        case .noBaseline(let runs):
            "expected a run under policy full on a plain model to count losses from, found \(runs.joined(separator: ", "))"
        case .twice(let run, let other, let what): "\(run): expected every run once, found \(what) as in \(other)"
        case .lone(let run): "\(run): expected runs of other policies or models to compare with it, found none"
        case .nothingPredicted(let run, let prompt):
            "\(run): expected a prompt of at least 2 tokens, found "
                + (prompt.map { "none; prompt '\($0.prefix(200))' has 1" } ?? "no prompt")
        case .budget(let word, let expected): "budget '\(word)': expected \(expected)"
        case .request(let reason): reason
        }
    }
}

extension ComparisonError {
    /// Whether the command line is at fault, and no file.
    public var isUsage: Bool {
        switch self {
        case .budget, .request: true
        case .differs, .noBaseline, .twice, .lone, .nothingPredicted: false
        }
    }
}
