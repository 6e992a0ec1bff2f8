/// Why `bench` measured nothing, or not all. Its description is the one line a user sees.
public enum BenchError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No measurement's name contains any of the words.
    case nothing(words: [String])
    /// Those whose names contain the word are not measured without `--full`: the first of them, and how many there are.
    case needsFull(word: String, row: String, count: Int)
    /// The program that measures in turn has not the like of those whose names contain the word.
    case notBeside(word: String, program: String)
    /// Measuring the machine takes so many bytes, and fewer are free.
    case memory(bytes: Int, free: Int)
    /// Nothing of what was asked for could be measured: why not, by the rows' names.
    case unmeasured([String: String])
    /// It was stopped.
    case interrupted(done: Int)
    /// The program that measures in turn did not say what was expected of it.
    case beside(program: String, expected: String, found: String)

    public var description: String {
        switch self {
        case .nothing(let words):
            "--only \(words.joined(separator: " ")): expected a part of a measurement's name, such as "
                + "decode/1.1b or trace/replay; found none with it (`bench --list` prints them all)"
        case .needsFull(let word, let row, let count):
            "--only \(word): expected --full with it, which alone measures \(row)"
                + (count > 1 ? " and \(count - 1) more" : "")
        case .notBeside(let word, let program):
            "--only \(word): expected a part of a row's name that \(program) has the like of; found none with it"
        case .memory(let bytes, let free):
            "expected \(fixed(Double(bytes) / 1e9, 1)) GB of free memory to measure the machine in, "
                + "found \(fixed(Double(free) / 1e9, 1))"
        case .unmeasured(let reasons):
            "nothing could be measured: "
                + (reasons.min { $0.key < $1.key }.map { "\($0.key): \($0.value)" } ?? "no row")
                + (reasons.count > 1 ? "; and \(reasons.count - 1) more" : "")
        case .interrupted(let done): "interrupted after \(done) measurement\(done == 1 ? "" : "s")"
        case .beside(let program, let expected, let found):
            "--beside: \(program): expected \(expected), found \(found)"
        }
    }

    var isInterruption: Bool {
        if case .interrupted = self { true } else { false }
    }

    /// Whether the command line asks for what there is not.
    public var isUsage: Bool {
        switch self {
        case .nothing, .needsFull, .notBeside: true
        case .memory, .unmeasured, .interrupted, .beside: false
        }
    }
}
