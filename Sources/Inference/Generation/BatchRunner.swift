import Kernels

/// Runs many requests: each prompt in parallel chunks, then the sequences under way one token at a time, in one batch.
/// A sequence that ends makes room for the next request. Numbers do not depend on the batch's size.
public struct BatchRunner {
    private let engine: Engine
    private let batch: Int
    private let makeCache: (_ request: Int) throws -> any KVCache
    private let contextLength: Int

    /// A runner that has `batch` sequences under way; `makeCache` gives the cache of the request with that index.
    /// Sequences end at `contextLength` tokens, by default what the model was trained for.
    public init(
        _ engine: Engine, batch: Int = 1, contextLength: Int? = nil,
        makeCache: @escaping (_ request: Int) throws -> any KVCache
    ) {
        self.engine = engine
        self.batch = max(1, batch)
        self.makeCache = makeCache
        self.contextLength = contextLength ?? engine.model.configuration.maxPositions
    }

    /// Runs `requests`, and gives each one's result to `finished` in the order in which they end.
    /// - Parameters:
    ///   - generated: is told of every generated token.
    ///   - shouldStop: asked before a prompt is begun; those under way are finished.
    /// - Returns: how long it took.
    /// - Throws: `NonFiniteLogits`, and what the closures throw.
    @discardableResult
    public func run(
        _ requests: [GenerationRequest], shouldStop: () -> Bool = { false },
        generated: (_ request: Int, _ token: Int) throws -> Void = { _, _ in },
        finished: (_ request: Int, _ result: GenerationResult) throws -> Void
    ) throws -> RunTiming {
        var timing = RunTiming()
        var waiting = requests.indices.makeIterator()
        var running: [RunningRequest] = []
        while true {
            while running.count < batch, !shouldStop(), let index = waiting.next() {
                var begun = [index]
                while running.count + begun.count < batch, canRead(more: begun, requests), !shouldStop(),
                    let index = waiting.next()
                { begun.append(index) }
                var fresh = try begun.map { RunningRequest($0, requests[$0], cache: try makeCache($0)) }
                timing.promptSeconds += try RunTiming.seconds { try prefill(&fresh) }.1
                timing.promptTokens += begun.reduce(0) { $0 + requests[$1].tokens.count }
                running += fresh
            }
            for request in running where request.isDone { try finished(request.index, request.result(engine)) }
            running.removeAll { $0.isDone }
            if running.isEmpty {
                if shouldStop() || waiting.isAtEnd { return timing }
                continue
            }
            for request in running { try generated(request.index, request.next!) }
            timing.decodeSeconds += try RunTiming.seconds { try step(&running) }.1
            timing.decodedTokens += running.count
            timing.decodedWeightBytes += engine.model.multipliedBytes
        }
    }

    /// Whether prompts can be read beside those of `begun`: where the weights are streamed, as many as one reading of
    /// them serves; else each by itself.
    private func canRead(more begun: [Int], _ requests: [GenerationRequest]) -> Bool {
        engine.model.isStreamed && begun.reduce(0) { $0 + requests[$1].tokens.count } < engine.tokensAtOnce
    }

    /// Feeds new sequences their prompts.
    private func prefill(_ fresh: inout [RunningRequest]) throws {
        try engine.prefill(fresh.map(\.feed)) { index, first, count, logits in
            try fresh[index].takePrompt(logits, from: first, count, engine, contextLength)
        }
    }

    /// Feeds every running sequence its next token.
    private func step(_ running: inout [RunningRequest]) throws {
        let logits = engine.decode(running.map { $0.next! }, of: running.map(\.sequence))
        let vocabulary = engine.model.configuration.vocabularySize
        for row in running.indices {
            try running[row].take(
                UnsafeBufferPointer(start: logits + row * vocabulary, count: vocabulary), engine, contextLength)
        }
    }
}

extension IndexingIterator<Range<Int>> {
    /// Whether nothing follows.
    fileprivate var isAtEnd: Bool {
        var copy = self
        return copy.next() == nil
    }
}

/// A request under way.
private struct RunningRequest {
    let index: Int
    let sequence: DecodingSequence
    /// The token chosen to be fed next; nil when the sequence has ended.
    var next: Int?
    private var request: GenerationRequest
    private var tokens: [Int]
    private var scores: [Float] = []

    init(_ index: Int, _ request: GenerationRequest, cache: any KVCache) {
        self.index = index
        self.request = request
        tokens = request.tokens
        sequence = DecodingSequence(cache: cache)
    }

    var isDone: Bool { next == nil }

    func result(_ engine: Engine) -> GenerationResult {
        let shape = engine.model.configuration
        let slots = (0..<shape.layers).map { layer in
            (0..<shape.kvHeads).map { sequence.cache.slots(layer: layer, kvHead: $0) }
        }
        return GenerationResult(
            tokens: tokens, promptTokens: request.tokens.count, negativeLogLikelihoods: scores, slots: slots)
    }

    var feed: PromptFeed {
        PromptFeed(tokens: request.tokens, sequence: sequence, logits: request.scores ? .all : .last)
    }

    /// Takes the logits behind `count` of the prompt's tokens, from token `first` on.
    mutating func takePrompt(
        _ logits: UnsafePointer<Float>, from first: Int, _ count: Int, _ engine: Engine, _ contextLength: Int
    ) throws {
        if request.scores { scores += try engine.scores(of: tokens, from: first, count, logits) }
        guard first + count == tokens.count else { return }
        let vocabulary = engine.model.configuration.vocabularySize
        let last = UnsafeBufferPointer(start: logits + (count - 1) * vocabulary, count: vocabulary)
        try choose(last, engine, contextLength)
    }

    /// Takes the logits behind the token just fed.
    mutating func take(_ logits: UnsafeBufferPointer<Float>, _ engine: Engine, _ contextLength: Int) throws {
        guard let fed = next else { return }
        tokens.append(fed)
        try choose(logits, engine, contextLength)
    }

    private mutating func choose(_ logits: UnsafeBufferPointer<Float>, _ engine: Engine, _ contextLength: Int) throws {
        let generated = tokens.count - request.tokens.count
        let hasEnded = generated > 0 && engine.model.configuration.eosTokens.contains(tokens[tokens.count - 1])
        let isFull = generated >= request.maxNewTokens || tokens.count >= contextLength
        next = hasEnded || isFull ? nil : request.sampler.next(logits)
        guard let next else { return }
        // Taken even where no likelihood is wanted: it tells whether the logits are numbers at all.
        let score = try engine.score(of: next, logits, position: tokens.count - 1)
        if request.scores { scores.append(score) }
    }
}
