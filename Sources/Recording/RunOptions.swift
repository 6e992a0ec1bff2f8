import Descriptions
import Inference
import Kernels

/// How prompts are run.
public struct RunOptions: Sendable {
    /// How the cache is kept small.
    public var policy: CachePolicy
    /// Highest number of tokens to generate after each prompt.
    public var maxNewTokens: Int
    /// How they are chosen.
    public var sampling: SamplingSettings
    /// Seed of the choice.
    public var seed: UInt64
    /// Sequences under way at once.
    public var batch: Int
    /// Threads of the engine.
    public var threads: Int
    /// How products are computed.
    public var arithmetic: ArithmeticMode

    /// Options by their values; see the properties.
    public init(
        policy: CachePolicy, maxNewTokens: Int = 0, sampling: SamplingSettings = .greedy, seed: UInt64 = 0,
        batch: Int = 1, threads: Int = WorkerPool.cores, arithmetic: ArithmeticMode = .float32
    ) {
        self.policy = policy
        self.maxNewTokens = maxNewTokens
        self.sampling = sampling
        self.seed = seed
        self.batch = batch
        self.threads = threads
        self.arithmetic = arithmetic
    }

    /// How long a prompt's sequence can become.
    func length(of prompt: Prompt) -> SequenceLength {
        SequenceLength(prompt: prompt.given, total: prompt.tokens.count + maxNewTokens)
    }
}
