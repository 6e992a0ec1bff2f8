/// What a simulation takes down as it goes.
package struct SimulationLog: Sendable {
    /// Every request of the workload, in order.
    package private(set) var requests: [SimulatedRequest]
    /// All gaps between two tokens of one request, in seconds.
    package private(set) var gaps = LatencyDigest()
    /// Pages and requests over time; empty where nobody asked.
    package var timeline = UsageTimeline()
    /// Steps of all replicas.
    package private(set) var steps = 0
    /// Seconds that replicas were busy, all together.
    package private(set) var busySeconds = 0.0
    /// Requests that were completed.
    private(set) var completed = 0
    /// Requests that have missed the objective for good.
    private(set) var missed = 0
    /// Requests that waited for their first step when the last one arrived, and those that ran.
    package var backlog = (waiting: 0, running: 0)

    private var waitingSince: [Double]
    private let objective: ServiceObjective

    init(_ workload: Workload, objective: ServiceObjective) {
        requests = workload.requests.map { SimulatedRequest($0) }
        waitingSince = Array(repeating: 0, count: requests.count)
        self.objective = objective
    }

    /// - Parameter waiting: requests that wait when it arrives.
    mutating func arrived(_ number: Int, at now: Double, waiting: Int) {
        requests[number].request.arrival = now
        requests[number].waitingAtArrival = waiting
        waitingSince[number] = now
    }

    mutating func rejected(_ number: Int, as outcome: SimulatedRequest.Outcome) { requests[number].outcome = outcome }

    mutating func accepted(_ number: Int, replica: Int, recording: (prompt: Int, tokens: Int)?) {
        requests[number].replica = replica
        requests[number].recordedPrompt = recording?.prompt
        // The last token generated is not fed.
        guard let recording, recording.tokens < requests[number].request.tokens - 1 else { return }
        requests[number].extendedFrom = recording.tokens
    }

    mutating func stepped(seconds: Double) {
        steps += 1
        busySeconds += seconds
    }

    mutating func started(_ number: Int, at now: Double) {
        if requests[number].started == nil { requests[number].started = now }
        requests[number].waitedSeconds += now - waitingSince[number]
    }

    mutating func preempted(_ number: Int, tokens: Int, at now: Double) {
        waitingSince[number] = now
        requests[number].preemptions += 1
        requests[number].recomputedTokens += tokens
    }

    mutating func emitted(_ number: Int, at now: Double, isLast: Bool) {
        if let before = requests[number].lastToken {
            gaps.record(now - before)
            requests[number].longestGap = max(requests[number].longestGap ?? 0, now - before)
        } else {
            requests[number].firstToken = now
            if now - requests[number].request.arrival > objective.ttftSeconds { missed += 1 }
        }
        requests[number].lastToken = now
        if isLast { finished(number) }
    }

    private mutating func finished(_ number: Int) {
        requests[number].outcome = .completed
        completed += 1
        let request = requests[number]
        let wasInTime = (request.ttft ?? 0) <= objective.ttftSeconds
        if wasInTime, !request.meets(objective) { missed += 1 }
    }
}
