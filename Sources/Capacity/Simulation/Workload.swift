/// Requests over time: when each arrives, how long its prompt is, and how many tokens it asks for.
public struct Workload: Sendable {
    /// One request.
    public struct Request: Hashable, Sendable {
        /// Seconds after the workload's start.
        public var arrival: Double
        /// Tokens of its prompt.
        public var promptTokens: Int
        /// Tokens generated for it.
        public var newTokens: Int

        /// A request by its parts.
        public init(arrival: Double, promptTokens: Int, newTokens: Int) {
            self.arrival = arrival
            self.promptTokens = promptTokens
            self.newTokens = newTokens
        }

        /// Tokens of the sequence at its end.
        public var tokens: Int { promptTokens + newTokens }
    }

    /// What it is, for reports: a file's path, or the numbers that made it.
    public var name: String
    /// The requests in order of arrival; at least one.
    public private(set) var requests: [Request]
    /// SHA-256 of its file in hexadecimal, if it is from one.
    public var fingerprint: String?
    /// Clients of a closed loop: the request numbered i + `clients` arrives when request i ends, whatever its arrival
    /// says. Nil where requests arrive when they do.
    public let clients: Int?

    /// A workload of these requests.
    /// - Throws: `CapacityError.request` where there is none, or one is out of order or asks for nothing.
    public init(name: String, requests: [Request], fingerprint: String? = nil, clients: Int? = nil) throws {
        guard !requests.isEmpty else {
            throw CapacityError.request("\(name): expected at least one request, found none")
        }
        for (index, request) in requests.enumerated() {
            guard request.arrival.isFinite, index == 0 || requests[index - 1].arrival <= request.arrival else {
                throw CapacityError.request("\(name): request \(index) arrives before the one ahead of it")
            }
            guard request.promptTokens >= 1, request.newTokens >= 1 else {
                throw CapacityError.request("\(name): request \(index): expected at least 1 prompt and 1 new token")
            }
        }
        self.name = name
        self.requests = requests
        self.fingerprint = fingerprint
        self.clients = clients
    }

    /// Seconds from the first arrival to the last.
    public var span: Double { requests[requests.count - 1].arrival - requests[0].arrival }

    /// Arrivals a second, mean over the span; nil where all arrive at once.
    public var rate: Double? { span > 0 ? Double(requests.count - 1) / span : nil }

    /// The first `count` requests.
    public func first(_ count: Int) -> Workload {
        var other = self
        other.requests = Array(requests.prefix(max(1, count)))
        return other
    }

    /// The same requests in the same rhythm, faster or slower: time is stretched so that `rate` arrive a second. Where
    /// all arrive at once they still do.
    public func scaled(toRate rate: Double) -> Workload {
        guard let own = self.rate else { return self }
        var other = self
        let start = requests[0].arrival
        for index in requests.indices {
            other.requests[index].arrival = start + (requests[index].arrival - start) * own / rate
        }
        return other
    }

    /// The same requests again and again in the same rhythm, until there are `count` or more than that already; each
    /// time comes a mean gap after the one before. Where all arrive at once they still do.
    func repeated(to count: Int) -> Workload {
        guard count > requests.count else { return self }
        var other = self
        let own = requests.count
        let period = span + (rate.map { 1 / $0 } ?? 0)
        other.requests = (0..<count).map { number in
            var request = requests[number % own]
            request.arrival += Double(number / own) * period
            return request
        }
        return other
    }

    /// The same requests in the same order, all arriving at the start.
    var atOnce: Workload {
        var other = self
        for index in requests.indices { other.requests[index].arrival = requests[0].arrival }
        return other
    }
}
