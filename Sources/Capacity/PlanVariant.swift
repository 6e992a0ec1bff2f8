import Descriptions

/// One row of a plan: a cache policy, on the model as it is or with fewer KV heads. Written `[gqa:K+]POLICY`.
public struct PlanVariant: Hashable, Sendable {
    /// The word as it was given.
    public var word: String
    /// KV heads a layer that are left; nil for the model's own.
    public var kvHeads: Int?
    /// How the cache is kept small.
    public var policy: CachePolicy

    /// A variant by its parts; `word` as `init(_:)` would read it.
    public init(kvHeads: Int? = nil, policy: CachePolicy) {
        self.kvHeads = kvHeads
        self.policy = policy
        word = Self.word(kvHeads, policy)
    }

    /// Reads `POLICY`, `gqa:K` or `gqa:K+POLICY`.
    /// - Throws: `PolicyError`, or `CapacityError.request` where K is no number.
    public init(_ word: String) throws {
        guard word.lowercased().hasPrefix("gqa:") else {
            self.init(word: word, kvHeads: nil, policy: try CachePolicy(word))
            return
        }
        let sides = word.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard let heads = Int(sides[0].dropFirst(4)), heads >= 1 else {
            throw CapacityError.request("policy '\(word)': expected gqa:K, K the KV heads that are left, from 1 on")
        }
        self.init(
            word: word, kvHeads: heads, policy: sides.count > 1 ? try CachePolicy(String(sides[1])) : .full)
    }

    private init(word: String, kvHeads: Int?, policy: CachePolicy) {
        self.word = word
        self.kvHeads = kvHeads
        self.policy = policy
    }

    private static func word(_ kvHeads: Int?, _ policy: CachePolicy) -> String {
        guard let kvHeads else { return "\(policy)" }
        return policy == .full ? "gqa:\(kvHeads)" : "gqa:\(kvHeads)+\(policy)"
    }

    /// Plain attention on the model as it is.
    public static let full = PlanVariant(policy: .full)
    /// DMC on the model as it is.
    public static let dmc = PlanVariant(policy: .dmc)

    /// The words that name variants, for help and errors.
    public static let forms = CachePolicy.forms + ["gqa:K", "gqa:K+POLICY"]
}
