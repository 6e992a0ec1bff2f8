import Descriptions
import Foundation

extension Workload {
    /// Requests of one size that arrive at random: the gaps between them are drawn from a gamma distribution with mean
    /// 1 / rate and shape `burstiness`, as `vllm bench serve --burstiness` does. A shape of 1 is a Poisson process;
    /// less comes in bursts, more is more even.
    /// - Throws: `CapacityError.request` where a number is out of range.
    public init(
        rate: Double, burstiness: Double = 1, count: Int, promptTokens: Int, newTokens: Int, seed: UInt64
    ) throws {
        guard rate > 0, rate <= 1e6 else {
            throw CapacityError.request("rate: expected requests a second above 0, at most 1000000, found \(rate)")
        }
        guard burstiness >= 1e-3, burstiness <= 1e6 else {
            throw CapacityError.request("burstiness: expected 0.001 to 1000000, found \(burstiness)")
        }
        guard (1...1 << 24).contains(count) else {
            throw CapacityError.request("requests: expected 1 to \(1 << 24), found \(count)")
        }
        guard (1...1 << 24).contains(promptTokens), (1...1 << 24).contains(newTokens) else {
            throw CapacityError.request(
                "prompt and new tokens: expected 1 to \(1 << 24), found \(promptTokens) and \(newTokens)")
        }
        var random = RandomSource(seed: seed)
        var time = 0.0
        let requests = (0..<count).map { _ in
            time += random.nextGamma(shape: burstiness) / (rate * burstiness)
            return Request(arrival: time, promptTokens: promptTokens, newTokens: newTokens)
        }
        try self.init(
            name:
                "\(rate) requests a second at random (burstiness \(burstiness), seed \(seed)), each of \(promptTokens) "
                + "+ \(newTokens) tokens",
            requests: requests)
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
