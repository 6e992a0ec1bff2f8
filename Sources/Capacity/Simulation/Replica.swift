import DequeModule

/// One engine with continuous batching, as vLLM's scheduler (V1) has it: every step feeds one token of each running
/// sequence, and fills what is left of its tokens with prompts, in chunks. A waiting request is admitted, first come
/// first served, once its whole prompt has room; its pages are taken as its tokens come. Where the pages run out the
/// sequence that was admitted last gives all of its own back, and waits at the head of the queue to be computed again.
///
/// The last token generated is not fed: a request of P + N tokens feeds P + N − 1.
struct Replica {
    /// Sequences that run, in the order they were admitted.
    private(set) var running: [EngineSequence] = []
    /// Sequences that wait.
    private(set) var waiting = Deque<EngineSequence>()
    /// Its pages.
    private(set) var pool: PagePool
    /// Whether a step is under way, or about to start.
    var isBusy = false

    private let settings: SimulationSettings
    private var hasPreempted = false

    init(pool: PagePool, settings: SimulationSettings) {
        self.pool = pool
        self.settings = settings
    }

    /// Requests that it has not finished.
    var unfinished: Int { running.count + waiting.count }

    /// Lets a request wait for its turn.
    mutating func enqueue(_ sequence: EngineSequence) { waiting.append(sequence) }

    /// Begins a step: decides what each sequence is fed, and takes the pages for it. What it has to do is empty where
    /// no one is there.
    mutating func begin(at now: Double, log: inout SimulationLog) -> StepLoad {
        hasPreempted = false
        var room = settings.maxBatchedTokens
        feedRunning(&room, at: now, log: &log)
        if !hasPreempted { admit(&room, at: now, log: &log) }
        return load()
    }

    /// Ends the step that was begun: every sequence that was fed up to its newest token has another one.
    /// - Returns: the requests that are finished.
    mutating func end(at now: Double, log: inout SimulationLog) -> [Int] {
        var kept = 0
        var finished: [Int] = []
        for index in running.indices {
            if running[index].scheduled > 0, advance(index, at: now, log: &log) {
                finished.append(running[index].number)
                continue
            }
            if kept != index { running.swapAt(kept, index) }
            kept += 1
        }
        running.removeLast(running.count - kept)
        return finished
    }

    private mutating func feedRunning(_ room: inout Int, at now: Double, log: inout SimulationLog) {
        var index = 0
        while index < running.count, room > 0 {
            let tokens = min(running[index].pending, room)
            guard makeRoom(for: index, tokens: tokens, at: now, log: &log) else { return }
            running[index].scheduled = tokens
            room -= tokens
            index += 1
        }
    }

    /// Takes the pages for more tokens of a running sequence, from those admitted after it if need be; false where it
    /// had to give up its own.
    private mutating func makeRoom(
        for index: Int, tokens: Int, at now: Double, log: inout SimulationLog
    ) -> Bool {
        let (curve, start) = (running[index].curve, running[index].computed)
        while !pool.take(for: curve, from: start, to: start + tokens) {
            preemptLast(at: now, log: &log)
            if running.count == index { return false }
        }
        return true
    }

    private mutating func preemptLast(at now: Double, log: inout SimulationLog) {
        var sequence = running.removeLast()
        pool.release(sequence.curve, at: sequence.computed)
        log.preempted(sequence.number, tokens: sequence.computed, at: now)
        sequence.computed = 0
        waiting.prepend(sequence)
        hasPreempted = true
    }

    private mutating func admit(_ room: inout Int, at now: Double, log: inout SimulationLog) {
        while room > 0, running.count < settings.maxSequences, let next = waiting.first,
            pool.hasRoom(for: next.curve, from: 0, to: next.known)
        {
            var sequence = waiting.removeFirst()
            sequence.scheduled = min(sequence.pending, room)
            let hasTaken = pool.take(for: sequence.curve, from: 0, to: sequence.scheduled)
            precondition(hasTaken, "a part of a prompt needs no more than the whole")
            log.started(sequence.number, at: now)
            room -= sequence.scheduled
            running.append(sequence)
        }
    }

    /// What the step has to do, on the busiest GPU.
    private func load() -> StepLoad {
        var load = StepLoad()
        var attended = Array(repeating: 0, count: pool.used.count)
        var pairs = attended
        var slots = attended
        for sequence in running where sequence.scheduled > 0 {
            let end = sequence.computed + sequence.scheduled
            if sequence.isDecoding {
                load.sequences += 1
            } else {
                load.chunkTokens += sequence.scheduled
                if end == sequence.known { load.endingPrompts += 1 }
            }
            for gpu in attended.indices {
                let last = sequence.curve.attended(by: end, gpu: gpu)
                if sequence.isDecoding {
                    attended[gpu] += last
                    load.longest = max(load.longest, Double(last))
                } else {
                    slots[gpu] += last
                    pairs[gpu] += sequence.curve.pairs(after: sequence.computed, through: end, gpu: gpu)
                }
            }
        }
        load.attended = Double(attended.max() ?? 0)
        load.chunkPairs = Double(pairs.max() ?? 0)
        load.chunkSlots = Double(slots.max() ?? 0)
        return load
    }

    /// Moves a sequence on by what it was fed; true where it is finished and gone.
    private mutating func advance(_ index: Int, at now: Double, log: inout SimulationLog) -> Bool {
        let (curve, start) = (running[index].curve, running[index].computed)
        let end = start + running[index].scheduled
        pool.settle(for: curve, from: start, to: end)
        running[index].computed = end
        running[index].scheduled = 0
        guard end == running[index].known else { return false }
        running[index].emitted += 1
        let isFinished = running[index].emitted == running[index].newTokens
        log.emitted(running[index].number, at: now, isLast: isFinished)
        if isFinished { pool.release(curve, at: end) }
        return isFinished
    }
}
