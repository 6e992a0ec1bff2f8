import Descriptions
import Foundation
import Kernels

/// Runs a model: prompts in parallel chunks, then one token of each of several sequences at a time.
/// For one calling thread; it shares the work among its own.
public final class Engine {
    /// The model it runs.
    public let model: LlamaModel
    /// How products are computed.
    public let arithmetic: ArithmeticMode
    let pool: WorkerPool
    private var scratch: Scratch

    /// Tokens of a prompt that are computed at once. Results do not depend on it.
    static let chunk = 128

    /// Tokens of prompts that pass through a layer before the next one's weights are needed: many chunks where those
    /// come from the disk, so that computing takes longer than reading. Results do not depend on it.
    public var tokensAtOnce: Int { model.isStreamed ? 1024 : Self.chunk }

    /// An engine for `model` on `threads` threads; by default as many as there are cores.
    public init(_ model: LlamaModel, threads: Int = WorkerPool.cores, arithmetic: ArithmeticMode = .float32) {
        self.model = model
        self.arithmetic = arithmetic
        pool = WorkerPool(threads: threads)
        scratch = Scratch(model.configuration, rows: 1, arithmetic: arithmetic)
    }

    /// Feeds prompts to their sequences, and gives the logits behind each chunk's tokens to `body`, prompt by prompt.
    /// - Parameter body: is given the prompt's index, that of the first token it gets logits for, and
    ///   `[count, vocabulary]` of them, valid during the call.
    public func prefill(
        _ prompts: [PromptFeed],
        body: (_ prompt: Int, _ firstToken: Int, _ count: Int, _ logits: UnsafePointer<Float>) throws -> Void
    ) rethrows {
        precondition(prompts.allSatisfy { $0.sequence.position == 0 }, "a prompt starts a sequence")
        for wave in PromptChunk.all(of: prompts, size: Self.chunk).waves(of: tokensAtOnce) {
            try withPasses(wave, prompts) { passes in
                run(passes, scores: wave.contains { !$0.scored.isEmpty })
                try throughOutput {
                    for (pass, chunk) in zip(passes, wave) where !chunk.scored.isEmpty {
                        pass.logits(from: chunk.scored.lowerBound, count: chunk.scored.count)
                        try body(
                            chunk.prompt, chunk.first + chunk.scored.lowerBound, chunk.scored.count, scratch.logits)
                    }
                }
            }
        }
    }

    /// The same for one prompt.
    public func prefill(
        _ tokens: [Int], into sequence: DecodingSequence, logits: LogitsWanted,
        body: (_ firstToken: Int, _ count: Int, _ logits: UnsafePointer<Float>) throws -> Void
    ) rethrows {
        try prefill([PromptFeed(tokens: tokens, sequence: sequence, logits: logits)]) { try body($1, $2, $3) }
    }

    /// Feeds one token to each sequence and returns their logits, `[sequences, vocabulary]`, valid until the next call.
    /// A sequence's logits do not depend on the others.
    public func decode(_ tokens: [Int], of sequences: [DecodingSequence]) -> UnsafePointer<Float> {
        precondition(tokens.count == sequences.count && !tokens.isEmpty, "a token for each sequence")
        withHidden(rows: tokens.count) { hidden in
            prepareScratch(rows: tokens.count)
            let pass = ForwardPass(
                model: model, scratch: scratch, pool: pool, sequences: sequences,
                positions: sequences.map(\.position), tokens: tokens, hidden: hidden)
            run([pass], scores: true)
            throughOutput { pass.logits(from: 0, count: tokens.count) }
        }
        for sequence in sequences { sequence.position += 1 }
        return UnsafePointer(scratch.logits)
    }

    /// Gives a pass for each chunk to `body`, and moves the sequences on.
    private func withPasses(
        _ wave: ArraySlice<PromptChunk>, _ prompts: [PromptFeed], _ body: ([ForwardPass]) throws -> Void
    ) rethrows {
        prepareScratch(rows: wave.reduce(0) { max($0, $1.tokens.count) })
        try withHidden(rows: wave.reduce(0) { $0 + $1.tokens.count }) { hidden in
            var row = 0
            let passes = wave.map { chunk in
                defer { row += chunk.tokens.count }
                return ForwardPass(
                    model: model, scratch: scratch, pool: pool,
                    sequences: [prompts[chunk.prompt].sequence], positions: [chunk.first], tokens: chunk.tokens,
                    hidden: hidden + row * model.configuration.hiddenSize)
            }
            try body(passes)
        }
        for chunk in wave { prompts[chunk.prompt].sequence.position += chunk.tokens.count }
    }

    /// Takes all passes through one layer before the next, so that its weights are needed once.
    private func run(_ passes: [ForwardPass], scores: Bool) {
        for pass in passes { pass.embed() }
        for layer in model.layers.indices {
            func run() { for pass in passes { pass.run(layer: layer) } }
            if let stream = model.stream { stream.through(layer: layer, output: scores, run) } else { run() }
        }
    }

    private func throughOutput(_ body: () throws -> Void) rethrows {
        if let stream = model.stream { try stream.throughOutput(body) } else { try body() }
    }

    private func withHidden(rows: Int, _ body: (UnsafeMutablePointer<Float>) throws -> Void) rethrows {
        let hidden = UnsafeMutablePointer<Float>.allocate(capacity: rows * model.configuration.hiddenSize)
        defer { hidden.deallocate() }
        try body(hidden)
    }

    private func prepareScratch(rows: Int) {
        if scratch.rows < rows { scratch = Scratch(model.configuration, rows: rows, arithmetic: arithmetic) }
    }
}

extension WorkerPool {
    /// Cores this process may use.
    public static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }
}
