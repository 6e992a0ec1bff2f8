/// Why `bench` measured nothing, or not all. Its description is the one line a user sees.
public enum BenchError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No measurement's name contains any of the words.
    case nothing(words: [String])
    /// It was stopped.
    case interrupted(done: Int)
    /// The program that measures in turn did not say what was expected of it.
    case beside(program: String, expected: String, found: String)

    public var description: String {
        switch self {
        case .nothing(let words):
            "--only \(words.joined(separator: " ")): expected a part of a measurement's name, such as "
                + "decode/1.1b or trace/replay; found none with it (more are measured with --full)"
        case .interrupted(let done): "interrupted after \(done) measurements"
        case .beside(let program, let expected, let found):
            "--beside: \(program): expected \(expected), found \(found)"
        }
    }

    var isInterruption: Bool {
        if case .interrupted = self { true } else { false }
    }
}
