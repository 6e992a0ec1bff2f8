import Descriptions

/// Why a policy cannot run on a model. Its description is the one line a user sees.
public enum PolicyMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// `dmc` on a model that was not retrofitted for it.
    case needsDMC(policy: CachePolicy)
    /// An eviction policy on a model that was.
    case needsPlainModel(policy: CachePolicy)

    /// The error in one line.
    public var description: String {
        switch self {
        case .needsDMC(let policy):
            "policy \(policy): expected a model retrofitted with DMC (dmc_window_size in config.json), found a plain one"
        case .needsPlainModel(let policy):
            "policy \(policy): expected a plain model, found one retrofitted with DMC, which runs under dmc or full"
        }
    }
}

/// How long a sequence will be, as far as a policy must know beforehand.
public struct SequenceLength: Hashable, Sendable {
    /// Tokens of the prompt.
    public var prompt: Int
    /// Highest number of tokens in all, generated ones included: what shares are taken of.
    public var total: Int

    /// A length by its parts.
    public init(prompt: Int, total: Int) {
        self.prompt = prompt
        self.total = total
    }
}

extension LlamaModel {
    /// What runs where no policy is named: `dmc` on a DMC model, else `full`.
    public var defaultPolicy: CachePolicy { configuration.dmc == nil ? .full : .dmc }

    /// The longest sequence under `policy`: what the model was trained for, but for a policy whose positions stay within
    /// its cache. That one knows no end, as long as the cache, with the token itself, is no longer than that.
    public func contextLength(under policy: CachePolicy) -> Int {
        guard case .streaming(_, _, .online) = policy else { return configuration.maxPositions }
        var (fits, limit) = (configuration.maxPositions, Int(Int32.max))
        while fits < limit {
            let middle = (fits + limit + 1) / 2
            let staysWithin = policy.budget(tokens: middle).map { $0 < configuration.maxPositions } ?? false
            if staysWithin { fits = middle } else { limit = middle - 1 }
        }
        return fits
    }

    /// Checks that `policy` can run on this model.
    /// - Throws: `PolicyMismatch`.
    public func check(_ policy: CachePolicy) throws {
        if policy == .dmc, configuration.dmc == nil { throw PolicyMismatch.needsDMC(policy: policy) }
        if policy.evicts, configuration.dmc != nil { throw PolicyMismatch.needsPlainModel(policy: policy) }
    }

    /// An empty cache for one sequence under `policy`. `full` on a DMC model is DMC's arithmetic with every token
    /// appended, since such a model computes nothing sensible otherwise.
    /// - Parameter length: the sequence's; an eviction policy needs it.
    /// - Throws: `PolicyMismatch`.
    public func makeCache(
        _ policy: CachePolicy, length: SequenceLength? = nil, observer: (any DecisionObserver)? = nil
    ) throws -> any KVCache {
        try check(policy)
        switch policy {
        case .full where configuration.dmc == nil: return FullCache(self)
        case .full: return DMCCache(self, decisions: .appendAlways, observer: observer)
        case .dmc: return DMCCache(self, observer: observer)
        case .heavyHitters, .leastAttended, .window, .streaming:
            guard let length else { preconditionFailure("an eviction policy needs the sequence's length") }
            return evictingCache(policy, length, observer)
        }
    }

    private func evictingCache(
        _ policy: CachePolicy, _ length: SequenceLength, _ observer: (any DecisionObserver)?
    ) -> any KVCache {
        func cache<Rule: EvictionRule>(_ rule: Rule, _ mode: PrefillMode) -> any KVCache {
            EvictingCache(self, rule: rule, mode: mode, promptTokens: length.prompt, observer: observer)
        }
        func slots(_ count: SlotCount) -> Int { count.resolved(tokens: length.total) }
        switch policy {
        case .heavyHitters(let heavy, let recent, let mode):
            return cache(HeavyHitters(heavy: slots(heavy), recent: slots(recent)), mode)
        case .leastAttended(let kept, let protect, let mode):
            return cache(LeastAttended(slots: slots(kept), protected: protect), mode)
        case .window(let sinks, let window, let mode):
            return cache(
                SinksAndWindow(sinks: slots(sinks), window: slots(window), usesCachePositions: false), mode)
        case .streaming(let sinks, let window, let mode):
            return cache(SinksAndWindow(sinks: slots(sinks), window: slots(window), usesCachePositions: true), mode)
        case .full, .dmc: preconditionFailure("these evict nothing")
        }
    }
}
