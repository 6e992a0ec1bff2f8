import Descriptions

/// Why a policy cannot run on a model. Its description is the one line a user sees.
public enum PolicyMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// `dmc` on a model that was not retrofitted for it.
    case needsDMC(policy: CachePolicy)
    /// An eviction policy, which is planned by arithmetic but not executed.
    case notExecuted(policy: CachePolicy)

    /// The error in one line.
    public var description: String {
        switch self {
        case .needsDMC(let policy):
            "policy \(policy): expected a model retrofitted with DMC (dmc_window_size in config.json), found a plain one"
        case .notExecuted(let policy):
            "policy \(policy): expected full or dmc; evictions are planned by arithmetic, not executed"
        }
    }
}

extension LlamaModel {
    /// What runs where no policy is named: `dmc` on a DMC model, else `full`.
    public var defaultPolicy: CachePolicy { configuration.dmc == nil ? .full : .dmc }

    /// Checks that `policy` can run on this model.
    /// - Throws: `PolicyMismatch`.
    public func check(_ policy: CachePolicy) throws {
        switch policy {
        case .full: return
        case .dmc: if configuration.dmc == nil { throw PolicyMismatch.needsDMC(policy: policy) }
        case .heavyHitters, .leastAttended, .window, .streaming: throw PolicyMismatch.notExecuted(policy: policy)
        }
    }

    /// An empty cache for one sequence under `policy`. `full` on a DMC model is DMC's arithmetic with every token
    /// appended, since such a model computes nothing sensible otherwise.
    /// - Throws: `PolicyMismatch`.
    public func makeCache(_ policy: CachePolicy, observer: (any DecisionObserver)? = nil) throws -> any KVCache {
        try check(policy)
        if configuration.dmc == nil { return FullCache(self) }
        return DMCCache(self, decisions: policy == .dmc ? .learned : .appendAlways, observer: observer)
    }
}
