/// Continuous batching in the plainest way: one engine, token by token, head by head, page by page, as the design words
/// it. Every head of every sequence has slots and pages of its own; nothing is summed up beforehand.
package struct PlainSimulator {
    /// A request, and what its heads do.
    package struct Job {
        package var arrival: Double
        package var promptTokens: Int
        package var newTokens: Int
        package var rule: Rule

        package init(arrival: Double, promptTokens: Int, newTokens: Int, rule: Rule) {
            self.arrival = arrival
            self.promptTokens = promptTokens
            self.newTokens = newTokens
            self.rule = rule
        }
    }

    /// What heads do with a token.
    package enum Rule {
        /// Head h merges token t where `merges(h, t)`.
        case merges((Int, Int) -> Bool)
        /// After a token slots beyond the budget are dropped: from the first token, or from the prompt's last one on.
        case budget(Int, wholePrompt: Bool)
    }

    /// What a step had to do.
    package struct Step: Equatable {
        package var sequences = 0
        package var attended = 0
        package var longest = 0
        package var chunkTokens = 0
        package var chunkPairs = 0
        package var chunkSlots = 0
        package var endingPrompts = 0
    }

    /// What became of a request; nil times where it was rejected.
    package struct Ending: Equatable {
        package var started: Double?
        package var firstToken: Double?
        package var lastToken: Double?
        package var preemptions = 0
    }

    /// Heads of a sequence.
    package var heads: Int
    /// Slots of a page.
    package var pageSlots: Int
    /// Bytes of a page.
    package var pageBytes: Int
    /// Bytes that each head of a sequence takes beside its pages and its block table.
    package var headBytes: Int
    /// Pages there are.
    package var pages: Int
    package var maxTokens: Int
    package var maxSequences: Int
    /// Whether a prompt's last token is fed by a decode step.
    package var promptEndsInDecode = false
    /// Seconds of a step.
    package var seconds: (Step) -> Double

    package init(
        heads: Int, pageSlots: Int, pageBytes: Int, headBytes: Int, pages: Int, maxTokens: Int, maxSequences: Int,
        seconds: @escaping (Step) -> Double
    ) {
        self.heads = heads
        self.pageSlots = pageSlots
        self.pageBytes = pageBytes
        self.headBytes = headBytes
        self.pages = pages
        self.maxTokens = maxTokens
        self.maxSequences = maxSequences
        self.seconds = seconds
    }

    /// A sequence: the slots of each head, and how far it is.
    private struct Sequence {
        var job: Int
        var slots: [Int]
        var fed = 0
        var emitted = 0
        /// Tokens that this step feeds, and the pages it holds meanwhile.
        var feeds = 0
        var holds = 0
    }

    /// Serves the jobs, which are in order of arrival.
    package func run(_ jobs: [Job]) -> [Ending] {
        var endings = jobs.map { _ in Ending() }
        var waiting: [Sequence] = []
        var running: [Sequence] = []
        var next = 0
        var now = 0.0
        while next < jobs.count || !waiting.isEmpty || !running.isEmpty {
            if waiting.isEmpty && running.isEmpty { now = max(now, jobs[next].arrival) }
            while next < jobs.count, jobs[next].arrival <= now {
                let sequence = Sequence(job: next, slots: Array(repeating: 0, count: heads))
                let whole = jobs[next].promptTokens + jobs[next].newTokens - 1
                if peak(sequence, jobs[next], whole) <= pages { waiting.append(sequence) }
                next += 1
            }
            if waiting.isEmpty && running.isEmpty { continue }
            let step = schedule(&running, &waiting, jobs, now, &endings)
            now += seconds(step)
            for index in running.indices where running[index].feeds > 0 {
                let job = jobs[running[index].job]
                for _ in 0..<running[index].feeds { _ = feed(&running[index], job) }
                running[index].feeds = 0
                running[index].holds = charge(running[index])
                guard running[index].fed == job.promptTokens + running[index].emitted else { continue }
                running[index].emitted += 1
                if endings[running[index].job].firstToken == nil { endings[running[index].job].firstToken = now }
                endings[running[index].job].lastToken = now
            }
            running.removeAll { $0.emitted == jobs[$0.job].newTokens }
        }
        return endings
    }

    private func schedule(
        _ running: inout [Sequence], _ waiting: inout [Sequence], _ jobs: [Job], _ now: Double,
        _ endings: inout [Ending]
    ) -> Step {
        var budget = maxTokens
        var preempted = false
        var index = 0
        while index < running.count, budget > 0 {
            let job = jobs[running[index].job]
            let tokens = min(pending(running[index], job), budget)
            let need = max(running[index].holds, peak(running[index], job, tokens))
            var fits = true
            while fits, used(running) - running[index].holds + need > pages {
                var last = running.removeLast()
                endings[last.job].preemptions += 1
                last.slots = Array(repeating: 0, count: heads)
                (last.fed, last.holds) = (0, 0)
                waiting.insert(last, at: 0)
                preempted = true
                fits = index < running.count
            }
            guard fits else { break }
            running[index].feeds = tokens
            running[index].holds = need
            budget -= tokens
            index += 1
        }
        while !preempted, budget > 0, running.count < maxSequences, var first = waiting.first {
            let job = jobs[first.job]
            let known = job.promptTokens + first.emitted
            guard used(running) + peak(first, job, known) <= pages else { break }
            first.feeds = min(pending(first, job), budget)
            first.holds = peak(first, job, first.feeds)
            budget -= first.feeds
            if endings[first.job].started == nil { endings[first.job].started = now }
            running.append(first)
            waiting.removeFirst()
        }
        return describe(running, jobs)
    }

    /// Tokens that a sequence may be fed before its next decode step, or in it.
    private func pending(_ sequence: Sequence, _ job: Job) -> Int {
        let missing = job.promptTokens + sequence.emitted - sequence.fed
        return promptEndsInDecode ? max(1, missing - 1) : missing
    }

    private func used(_ running: [Sequence]) -> Int { running.reduce(0) { $0 + $1.holds } }

    private func describe(_ running: [Sequence], _ jobs: [Job]) -> Step {
        var step = Step()
        for sequence in running where sequence.feeds > 0 {
            let job = jobs[sequence.job]
            let known = job.promptTokens + sequence.emitted
            var copy = sequence
            let attended = (0..<sequence.feeds).map { _ in feed(&copy, job) }
            if sequence.emitted > 0 || promptEndsInDecode, sequence.fed > 0, sequence.fed == known - 1 {
                step.sequences += 1
                step.attended += attended[0]
                step.longest = max(step.longest, attended[0])
            } else {
                step.chunkTokens += sequence.feeds
                step.chunkPairs += attended.reduce(0, +)
                step.chunkSlots += attended[attended.count - 1]
                if sequence.fed + sequence.feeds == known { step.endingPrompts += 1 }
            }
        }
        return step
    }

    /// Feeds one token; returns the slots it attends to, all heads together.
    private func feed(_ sequence: inout Sequence, _ job: Job) -> Int {
        var attended = 0
        for head in 0..<heads {
            switch job.rule {
            case .merges(let merges):
                if sequence.fed == 0 || !merges(head, sequence.fed) { sequence.slots[head] += 1 }
                attended += sequence.slots[head]
            case .budget(let budget, let wholePrompt):
                sequence.slots[head] += 1
                attended += sequence.slots[head]
                let isCut = !wholePrompt || sequence.fed + 1 >= job.promptTokens
                while isCut, sequence.slots[head] > budget { sequence.slots[head] -= 1 }
            }
        }
        sequence.fed += 1
        return attended
    }

    /// Most pages that a sequence holds while it is fed so many tokens more. What a budget drops after every token is
    /// not counted, the whole prompt before its one cut is.
    private func peak(_ sequence: Sequence, _ job: Job, _ tokens: Int) -> Int {
        var copy = sequence
        var most = 0
        for _ in 0..<tokens {
            if case .budget(_, true) = job.rule, copy.fed + 1 == job.promptTokens {
                var whole = copy
                whole.slots = copy.slots.map { $0 + 1 }
                most = max(most, charge(whole))
            }
            _ = feed(&copy, job)
            most = max(most, charge(copy))
        }
        return most
    }

    /// Pages of a sequence: those of its heads one by one, and as many as the rest of its bytes would fill.
    private func charge(_ sequence: Sequence) -> Int {
        guard sequence.fed > 0 || sequence.slots.contains(where: { $0 > 0 }) else { return 0 }
        var count = 0
        for slots in sequence.slots {
            var rest = slots
            while rest > 0 {
                count += 1
                rest -= pageSlots
            }
        }
        let longest = sequence.slots.max() ?? 0
        let table = 4 * ((longest + pageSlots - 1) / pageSlots)
        let bytes = heads * (headBytes + table)
        return count + (bytes + pageBytes - 1) / pageBytes
    }
}
