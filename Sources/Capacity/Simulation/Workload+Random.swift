import Descriptions
import Foundation

extension Workload {
    /// Requests a second that are simulated.
    public static let rates = 1e-6...1e6

    /// How long random requests are.
    public struct Lengths: Hashable, Sendable {
        /// Tokens of a prompt in the mean.
        public var promptTokens: Int
        /// Tokens generated in the mean.
        public var newTokens: Int
        /// How far a length may be from the mean either way, as a share of it, every length as likely: what `vllm bench
        /// serve` calls `--random-range-ratio`. 0 for requests of one size.
        public var spread: Double

        /// Lengths by their numbers; see the properties.
        public init(promptTokens: Int, newTokens: Int, spread: Double = 0) {
            self.promptTokens = promptTokens
            self.newTokens = newTokens
            self.spread = spread
        }

        fileprivate func check() throws {
            guard (1...1 << 24).contains(promptTokens), (1...1 << 24).contains(newTokens) else {
                throw CapacityError.request(
                    "prompt and new tokens: expected 1 to \(1 << 24), found \(promptTokens) and \(newTokens)")
            }
            guard (0..<1).contains(spread) else {
                throw CapacityError.request("spread of lengths: expected 0 or more, below 1, found \(spread)")
            }
        }

        /// A number of tokens around `mean`.
        fileprivate func draw(_ mean: Int, _ random: inout RandomSource) -> Int {
            guard spread > 0 else { return mean }
            let reach = Int(spread * Double(mean))
            return max(1, mean - reach + Int(random.nextUnit() * Double(2 * reach + 1)))
        }

        fileprivate var words: String {
            "each of \(promptTokens) + \(newTokens) tokens" + (spread > 0 ? ", \(spread) of it more or less" : "")
        }
    }

    /// Requests that arrive at random: the gaps between them are drawn from a gamma distribution with mean 1 / rate and
    /// shape `burstiness`, as `vllm bench serve --burstiness` does. A shape of 1 is a Poisson process; less comes in
    /// bursts, more is more even. Arrivals do not depend on the spread of lengths, which are drawn from a stream of their
    /// own.
    /// - Throws: `CapacityError.request` where a number is out of range.
    public init(rate: Double, burstiness: Double = 1, count: Int, lengths: Lengths, seed: UInt64) throws {
        guard Self.rates.contains(rate) else {
            throw CapacityError.request("rate: expected 0.000001 to 1000000 requests a second, found \(rate)")
        }
        guard burstiness >= 1e-3, burstiness <= 1e6 else {
            throw CapacityError.request("burstiness: expected 0.001 to 1000000, found \(burstiness)")
        }
        var random = RandomSource(seed: seed)
        var time = 0.0
        let requests = try Self.requests(count, lengths, seed) {
            time += random.nextGamma(shape: burstiness) / (rate * burstiness)
            return time
        }
        try self.init(
            name: "\(rate) requests a second at random (burstiness \(burstiness), seed \(seed)), \(lengths.words)",
            requests: requests)
    }

    /// A closed loop: each of so many clients sends a request when its last one has ended, the first ones all at once,
    /// until `count` were sent.
    /// - Throws: `CapacityError.request` where a number is out of range.
    public init(clients: Int, count: Int, lengths: Lengths, seed: UInt64) throws {
        guard (1...1 << 24).contains(clients) else {
            throw CapacityError.request("clients: expected 1 to \(1 << 24), found \(clients)")
        }
        try self.init(
            name:
                "\(clients) clients, each sending a request when its last one has ended (seed \(seed)), \(lengths.words)",
            requests: try Self.requests(count, lengths, seed) { 0 }, clients: clients)
    }

    private static func requests(
        _ count: Int, _ lengths: Lengths, _ seed: UInt64, arrival: () -> Double
    ) throws -> [Request] {
        try lengths.check()
        guard (1...1 << 24).contains(count) else {
            throw CapacityError.request("requests: expected 1 to \(1 << 24), found \(count)")
        }
        var random = RandomSource(seed: seed, stream: 1 << 32)
        return (0..<count).map { _ in
            Request(
                arrival: arrival(), promptTokens: lengths.draw(lengths.promptTokens, &random),
                newTokens: lengths.draw(lengths.newTokens, &random))
        }
    }
}

extension RandomSource {
    /// A number from the gamma distribution of this shape and scale 1 (Marsaglia and Tsang, "A simple method for
    /// generating gamma variables", 2000; below shape 1 by way of shape + 1, as they say there).
    mutating func nextGamma(shape: Double) -> Double {
        if shape == 1 { return -log(1 - nextUnit()) }
        guard shape > 1 else { return nextGamma(shape: shape + 1) * pow(1 - nextUnit(), 1 / shape) }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let normal = nextNormal()
            let cube = 1 + c * normal
            guard cube > 0 else { continue }
            let v = cube * cube * cube
            if log(1 - nextUnit()) < 0.5 * normal * normal + d - d * v + d * log(v) { return d * v }
        }
    }

    /// A number from the normal distribution with mean 0 and deviation 1 (Box and Muller, 1958).
    private mutating func nextNormal() -> Double {
        (-2 * log(1 - nextUnit())).squareRoot() * cos(2 * .pi * nextUnit())
    }
}
