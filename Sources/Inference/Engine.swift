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

    /// An engine for `model` on `threads` threads; by default as many as there are cores.
    public init(_ model: LlamaModel, threads: Int = WorkerPool.cores, arithmetic: ArithmeticMode = .float32) {
        self.model = model
        self.arithmetic = arithmetic
        pool = WorkerPool(threads: threads)
        scratch = Scratch(model.configuration, rows: 1, arithmetic: arithmetic)
    }

    /// Feeds `tokens` to a sequence that has seen nothing, and gives the logits behind each chunk's tokens to `body`.
    /// - Parameters:
    ///   - logits: whether those of all tokens are wanted, or of the last one alone.
    ///   - body: is given the index of the first token it gets logits for, and `[count, vocabulary]` of them, valid
    ///     during the call.
    public func prefill(
        _ tokens: [Int], into sequence: DecodingSequence, logits: LogitsWanted,
        body: (_ firstToken: Int, _ count: Int, _ logits: UnsafePointer<Float>) throws -> Void
    ) rethrows {
        precondition(sequence.position == 0, "a prompt starts a sequence")
        for start in stride(from: 0, to: tokens.count, by: Self.chunk) {
            let chunk = tokens[start..<min(start + Self.chunk, tokens.count)]
            let isLast = chunk.endIndex == tokens.count
            let skipped = logits == .all ? 0 : chunk.count - 1
            let wanted = logits == .all || isLast ? chunk.count - skipped : 0
            forward(Array(chunk), of: [sequence], logitsFrom: skipped, count: wanted)
            sequence.position += chunk.count
            if wanted > 0 { try body(start + skipped, wanted, scratch.logits) }
        }
    }

    /// Feeds one token to each sequence and returns their logits, `[sequences, vocabulary]`, valid until the next call.
    /// A sequence's logits do not depend on the others.
    public func decode(_ tokens: [Int], of sequences: [DecodingSequence]) -> UnsafePointer<Float> {
        precondition(tokens.count == sequences.count && !tokens.isEmpty, "a token for each sequence")
        forward(tokens, of: sequences, logitsFrom: 0, count: tokens.count)
        for sequence in sequences { sequence.position += 1 }
        return UnsafePointer(scratch.logits)
    }

    private func forward(
        _ tokens: [Int], of sequences: [DecodingSequence], logitsFrom: Int, count: Int
    ) {
        if scratch.rows < tokens.count {
            scratch = Scratch(model.configuration, rows: tokens.count, arithmetic: arithmetic)
        }
        let pass = ForwardPass(model: model, scratch: scratch, pool: pool, sequences: sequences)
        pass.run(tokens)
        if count > 0 { pass.logits(from: logitsFrom, count: count) }
    }
}

/// Which of a prompt's tokens need logits.
public enum LogitsWanted {
    /// Every token, to score the prompt.
    case all
    /// The last one, to go on from it.
    case last
}

extension WorkerPool {
    /// Cores this process may use.
    public static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }
}
