import Descriptions

/// One row of a plan: a cache policy, on the model as it is or with fewer KV heads, in the request's numbers or in
/// numbers of its own. Written `[gqa:K+][kv:W+]POLICY`.
public struct PlanVariant: Hashable, Sendable {
    /// The word as it was given.
    public var word: String
    /// KV heads a layer that are left; nil for the model's own.
    public var kvHeads: Int?
    /// Bits of a cached number; nil for the request's.
    public var kvBits: Int?
    /// How the cache is kept small.
    public var policy: CachePolicy

    /// A variant by its parts; `word` as `init(_:)` would read it.
    public init(kvHeads: Int? = nil, kvBits: Int? = nil, policy: CachePolicy) {
        self.kvHeads = kvHeads
        self.kvBits = kvBits
        self.policy = policy
        word = Self.word(kvHeads, kvBits, policy)
    }

    /// Reads `POLICY`, `gqa:K`, `kv:W`, or one or both of these before a policy: `gqa:K+kv:W+POLICY`.
    /// - Throws: `PolicyError`, or `CapacityError.request` where K or W is not what it must be.
    public init(_ word: String) throws {
        var parts = word.split(separator: "+", omittingEmptySubsequences: false)[...]
        var numbers: [String: Int] = [:]
        while let part = parts.first, let (name, number) = try Self.prefix(part, of: word) {
            guard numbers.updateValue(number, forKey: name) == nil else {
                throw CapacityError.request("policy '\(word)': expected `\(name):` once, found it twice")
            }
            parts = parts.dropFirst()
        }
        self.word = word
        kvHeads = numbers["gqa"]
        kvBits = numbers["kv"]
        policy = parts.isEmpty ? .full : try CachePolicy(parts.joined(separator: "+"))
    }

    /// The name and number of `gqa:K` and `kv:W`; nil where a part is neither.
    private static func prefix(_ part: Substring, of word: String) throws -> (name: String, number: Int)? {
        let sides = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        let number = Int(sides[1])
        switch sides[0].lowercased() {
        case "gqa":
            guard let number, number >= 1 else {
                throw CapacityError.request(
                    "policy '\(word)': expected gqa:K, K the KV heads that are left, from 1 on")
            }
            return ("gqa", number)
        case "kv":
            guard let number, PlanRequest.numberBits.contains(number) else {
                throw CapacityError.request(
                    "policy '\(word)': expected kv:W, W the bits of a cached number: 4, 8, 16 or 32")
            }
            return ("kv", number)
        default: return nil
        }
    }

    private static func word(_ kvHeads: Int?, _ kvBits: Int?, _ policy: CachePolicy) -> String {
        let parts = [kvHeads.map { "gqa:\($0)" }, kvBits.map { "kv:\($0)" }].compactMap { $0 }
        return (policy == .full && !parts.isEmpty ? parts : parts + ["\(policy)"]).joined(separator: "+")
    }

    /// Plain attention on the model as it is.
    public static let full = PlanVariant(policy: .full)
    /// DMC on the model as it is.
    public static let dmc = PlanVariant(policy: .dmc)

    /// The words that name variants, for help and errors.
    public static let forms = CachePolicy.forms + ["gqa:K", "gqa:K+POLICY", "kv:W", "kv:W+POLICY"]
}
