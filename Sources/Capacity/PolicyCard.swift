/// What `list policies` says of a policy.
public struct PolicyCard: Hashable, Sendable, Encodable {
    /// The word before the colon.
    public var name: String
    /// How it is written.
    public var form: String
    /// What it does.
    public var summary: String

    /// All policies and variants of a plan.
    public static let all = [
        PolicyCard("full", "every token keeps its slot"),
        PolicyCard("dmc", "Dynamic Memory Compression: the model decides token by token and head by head to merge"),
        PolicyCard(
            "h2o:heavy=N,recent=N",
            "H2O: per KV head the slots with most attention so far, and the newest; prefill=online|full|only"),
        PolicyCard(
            "tova:slots=N", "TOVA: per layer the slot the newest token attends to least goes; prefill=online|full|only"),
        PolicyCard("window:sinks=N,window=N", "the first and the last tokens; prefill=online|full|only"),
        PolicyCard(
            "streaming:sinks=N,window=N",
            "StreamingLLM: the same at positions within the cache; prefill=online|full|only"),
        PolicyCard("gqa:K", "K key/value heads are left, by grouped-query attention; in plans alone"),
        PolicyCard("gqa:K+POLICY", "the same with a policy on top; in plans alone"),
        PolicyCard("kv:W", "cached numbers of W bits: 16, 8 (FP8) or 4; in plans alone"),
        PolicyCard("kv:W+POLICY", "the same with a policy on top, gqa:K+kv:W+POLICY with both; in plans alone"),
    ]

    private init(_ form: String, _ summary: String) {
        name = String(form.prefix { $0 != ":" })
        self.form = form
        self.summary = summary
    }
}
