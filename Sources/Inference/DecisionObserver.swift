/// Is told what each head did with each token.
public protocol DecisionObserver: AnyObject {
    /// A head decided on consecutive tokens. Calls for different heads may come at the same time from several threads;
    /// calls for one head come in order.
    func didDecide(_ decisions: HeadDecisions)

    /// A head dropped a token. Calls come as those of `didDecide` do.
    func didEvict(_ eviction: HeadEviction)
}

/// A token that one head dropped.
public struct HeadEviction: Hashable, Sendable {
    /// The layer, from 0.
    public let layer: Int
    /// The KV head, from 0.
    public let kvHead: Int
    /// Position of the token after which it was dropped.
    public let token: Int
    /// Position of the token that was dropped.
    public let position: Int
}

/// What one head decided on consecutive tokens; valid during the call.
public struct HeadDecisions {
    /// The layer, from 0.
    public let layer: Int
    /// The KV head, from 0.
    public let kvHead: Int
    /// Position of the first token.
    public let firstPosition: Int
    /// Whether each token was merged.
    public let merges: UnsafeBufferPointer<Bool>
    /// How far each logit was above the threshold: merge iff above 0, but for the first token of a sequence.
    public let margins: UnsafeBufferPointer<Float>
}

extension DecisionObserver {
    /// Nothing, for those who only watch decisions.
    public func didEvict(_ eviction: HeadEviction) {}
}
