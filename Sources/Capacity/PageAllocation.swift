/// When a head's pages are handed out.
public enum PageAllocation: String, Hashable, Sendable, Codable, CaseIterable {
    /// A page when a slot is written that none has room for: ⌈slots / page⌉; pages that empty are given back.
    case needed
    /// A page for the token to come, whether it is merged or not: 1 + ⌊slots before it / page⌋; none is ever given
    /// back. The reference does so (Megatron-LM, branch `dmc`).
    case ahead
}
