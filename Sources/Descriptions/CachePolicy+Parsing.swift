/// Why a word is no policy. Its description is the one line a user sees.
public struct PolicyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The word as given.
    public let word: String
    /// What is wrong with it.
    public let reason: String

    public var description: String { "policy '\(word)': \(reason)" }
}

extension CachePolicy: CustomStringConvertible {
    /// The words that name policies, each with what it takes; for help and errors.
    public static let forms = [
        "full", "dmc", "h2o:heavy=N,recent=N", "tova:slots=N", "window:sinks=N,window=N", "streaming:sinks=N,window=N",
    ]

    /// Reads a policy's word. A size is a whole number of slots, or a share above 0, at most 1.0, of prompt
    /// and new tokens; shares together are at most 1.0 too. One size may be 0 where another is not: sinks alone, say.
    /// - Throws: `PolicyError`.
    public init(_ word: String) throws {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts[0].lowercased() != "gqa" else {
            throw PolicyError(
                word: word,
                reason: "grouped heads are a model's shape, no policy to run: plans take gqa:K, and `convert --gqa K` "
                    + "makes a model that has them, to be run under full")
        }
        guard parts[0].lowercased() != "kv" else {
            throw PolicyError(
                word: word,
                reason: "bits of the cache are planned for, and none of the policies that are run: plans take kv:8")
        }
        var options = try PolicyOptions(parts.count > 1 ? parts[1] : "", word: word)
        switch parts[0].lowercased() {
        case "full": self = .full
        case "dmc": self = .dmc
        case "h2o":
            self = .heavyHitters(
                heavy: try options.size("heavy"), recent: try options.size("recent"), prefill: try options.prefill())
        case "tova":
            self = .leastAttended(
                slots: try options.size("slots"), protect: try options.protect(), prefill: try options.prefill())
        case "window":
            self = .window(
                sinks: try options.size("sinks"), window: try options.size("window"), prefill: try options.prefill())
        case "streaming":
            self = .streaming(
                sinks: try options.size("sinks"), window: try options.size("window"), prefill: try options.prefill())
        default:
            throw PolicyError(word: word, reason: "no such policy; there are \(Self.forms.joined(separator: ", "))")
        }
        try options.finish()
        if budget(tokens: 1 << 20) == 0 { throw PolicyError(word: word, reason: "expected at least 1 slot, found 0") }
        // A little over 1 is rounding.
        if share > 1 + 1e-9 {
            let sum = (share * 1e6).rounded() / 1e6
            throw PolicyError(word: word, reason: "expected shares of at most 1.0 together, found \(sum)")
        }
    }

    public var description: String {
        switch self {
        case .full: "full"
        case .dmc: "dmc"
        case .heavyHitters(let heavy, let recent, let mode): "h2o:heavy=\(heavy),recent=\(recent)\(mode.suffix)"
        case .leastAttended(let slots, let protect, let mode):
            "tova:slots=\(slots)\(protect == 0 ? "" : ",protect=\(protect)")\(mode.suffix)"
        case .window(let sinks, let window, let mode): "window:sinks=\(sinks),window=\(window)\(mode.suffix)"
        case .streaming(let sinks, let window, let mode): "streaming:sinks=\(sinks),window=\(window)\(mode.suffix)"
        }
    }
}

extension SlotCount: CustomStringConvertible {
    public var description: String {
        switch self {
        case .slots(let count): "\(count)"
        case .fraction(let share): "\(share)"
        }
    }
}

extension PrefillMode {
    fileprivate var suffix: String { self == .online ? "" : ",prefill=\(rawValue)" }
}

/// The `name=value` pairs behind a policy's colon, taken one by one.
private struct PolicyOptions {
    private var values: [String: String] = [:]
    private let word: String

    init(_ text: String, word: String) throws {
        self.word = word
        for pair in text.split(separator: ",") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard sides.count == 2, !sides[1].isEmpty else {
                throw PolicyError(word: word, reason: "expected name=value, found '\(pair)'")
            }
            guard values.updateValue(sides[1], forKey: sides[0]) == nil else {
                throw PolicyError(word: word, reason: "'\(sides[0])' is given twice")
            }
        }
    }

    mutating func size(_ name: String) throws -> SlotCount {
        guard let text = values.removeValue(forKey: name) else {
            throw PolicyError(word: word, reason: "'\(name)' is missing: a number of slots, or a share such as 0.125")
        }
        if let count = Int(text), (0...1 << 32).contains(count) { return .slots(count) }
        if Int(text) == nil, let share = Double(text), share > 0, share <= 1 { return .fraction(share) }
        throw PolicyError(
            word: word,
            reason: "'\(name)': expected a whole number of slots, or a share above 0 and at most 1.0, found '\(text)'")
    }

    mutating func protect() throws -> Int {
        guard let text = values.removeValue(forKey: "protect") else { return 0 }
        guard let count = Int(text), (0...1).contains(count) else {
            throw PolicyError(word: word, reason: "'protect': expected 0 or 1, found '\(text)'")
        }
        return count
    }

    mutating func prefill() throws -> PrefillMode {
        guard let text = values.removeValue(forKey: "prefill") else { return .online }
        guard let mode = PrefillMode(rawValue: text) else {
            throw PolicyError(word: word, reason: "'prefill': expected online, full or only, found '\(text)'")
        }
        return mode
    }

    func finish() throws {
        if let name = values.keys.min() { throw PolicyError(word: word, reason: "'\(name)' is unknown here") }
    }
}
