import Capacity
import Descriptions
import Foundation

/// How much of the plain cache a policy may keep. Written `25%`, `128` (tokens) or `512MiB` (bytes a sequence).
public struct CacheBudget: Hashable, Sendable {
    /// The word as it was given.
    public let word: String
    /// What it limits.
    public let limit: Limit

    /// The three ways to say a budget.
    public enum Limit: Hashable, Sendable {
        /// This share of the plain cache.
        case share(Double)
        /// So many slots a head.
        case slots(Int)
        /// So many bytes a sequence, on the model that is planned for.
        case bytes(Int)
    }

    private static let forms = "a share such as 25%, a number of tokens, or bytes such as 512MiB"

    /// Reads budgets with commas between them.
    /// - Throws: `ComparisonError.budget`, as for a single one, and where one comes again.
    public static func list(_ words: String) throws -> [CacheBudget] {
        var budgets: [CacheBudget] = []
        for word in words.split(separator: ",", omittingEmptySubsequences: false) {
            let budget = try CacheBudget(String(word))
            if let other = budgets.first(where: { $0.limit == budget.limit }) {
                throw ComparisonError.budget(word: budget.word, expected: "every budget once, found \(other.word) too")
            }
            budgets.append(budget)
        }
        return budgets
    }

    /// Reads a budget's word.
    /// - Throws: `ComparisonError.budget` for what is none, and for one that is 0, negative or over 100 %.
    public init(_ word: String) throws {
        self.word = word
        if word.hasSuffix("%") {
            // Swift's own reading would take hexadecimal, exponents and signs.
            let digits = word.dropLast()
            guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let percent = Double(digits),
                percent > 0, percent <= 100
            else {
                throw ComparisonError.budget(word: word, expected: "a share above 0 %, at most 100 %")
            }
            limit = .share(percent / 100)
        } else if word.lowercased().hasSuffix("b") {
            guard let size = ByteSize(word) else {
                throw ComparisonError.budget(word: word, expected: "bytes above 0, such as 512MiB")
            }
            limit = .bytes(size.bytes)
        } else {
            guard !word.hasPrefix("+"), let slots = Int(word) else {
                throw ComparisonError.budget(word: word, expected: Self.forms)
            }
            guard (1...1 << 32).contains(slots) else {
                throw ComparisonError.budget(word: word, expected: "1 to \(1 << 32) tokens")
            }
            limit = .slots(slots)
        }
    }

    /// The eviction policies, each made to keep just this much.
    /// - Parameters:
    ///   - bytesPerToken: of the plain cache of the model that is planned for, and `tokens` of a sequence there: what a
    ///     budget in bytes is a share of.
    ///   - pageSlots: slots of a page; a budget in bytes is spent in whole ones.
    /// - Throws: `ComparisonError.budget` where bytes are more than the plain cache takes, or less than a page a head.
    public func policies(bytesPerToken: Int, tokens: Int, pageSlots: Int = 16) throws -> [CachePolicy] {
        switch limit {
        case .slots(let slots): return Self.policies(slots: slots)
        case .share(let share): return Self.policies(share: share)
        case .bytes(let bytes):
            guard bytes <= bytesPerToken * tokens else {
                throw ComparisonError.budget(
                    word: word, expected: "at most the \(bytesPerToken * tokens) bytes that \(tokens) tokens take")
            }
            let pages = bytes / (bytesPerToken * pageSlots)
            guard pages > 0 else {
                throw ComparisonError.budget(
                    word: word, expected: "at least the \(bytesPerToken * pageSlots) bytes of a page in every head")
            }
            return Self.policies(share: min(1, Double(pages * pageSlots) / Double(tokens)))
        }
    }

    /// The budget that a policy was given, in the words of a budget: `25%`, `128`, or `4+25%` where a policy has both;
    /// nil where it sets no limit.
    public static func word(of policy: CachePolicy) -> String? {
        let parts = [
            policy.slots > 0 ? "\(policy.slots)" : nil, policy.share > 0 ? "\(digits(100 * policy.share))%" : nil,
        ]
        return policy.sizes.isEmpty ? nil : parts.compactMap { $0 }.joined(separator: "+")
    }

    /// Sinks are a 25th of the budget. StreamingLLM has 4 whatever the size; beside a share a fixed number would make the
    /// budget another one for every length, and a policy of a share and a number has no one budget to be found by.
    private static func policies(share: Double) -> [CachePolicy] {
        let (half, sinks) = (fraction(share / 2), share / 25)
        let (first, last) = (fraction(sinks), fraction(share - sinks))
        return [
            .heavyHitters(heavy: half, recent: half, prefill: .online),
            .leastAttended(slots: fraction(share), protect: 0, prefill: .online),
            .window(sinks: first, window: last, prefill: .online),
            .streaming(sinks: first, window: last, prefill: .online),
        ]
    }

    /// Six digits are less than a slot of a million tokens, and keep words short: 0.1536, not 0.15360000000000001.
    private static func fraction(_ share: Double) -> SlotCount { .fraction(Double(digits(share)) ?? share) }

    private static func digits(_ value: Double) -> String { String(format: "%.6g", value) }

    private static func policies(slots: Int) -> [CachePolicy] {
        let sinks = SlotCount.slots(min(4, slots - 1))
        let last = SlotCount.slots(slots - min(4, slots - 1))
        return [
            .heavyHitters(heavy: .slots(slots / 2), recent: .slots(slots - slots / 2), prefill: .online),
            .leastAttended(slots: .slots(slots), protect: 0, prefill: .online),
            .window(sinks: sinks, window: last, prefill: .online),
            .streaming(sinks: sinks, window: last, prefill: .online),
        ]
    }
}
