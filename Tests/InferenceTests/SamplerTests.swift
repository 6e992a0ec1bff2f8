import Foundation
import Inference
import Testing

struct SamplerTests {
    /// Logits of the probabilities 0.15, 0.5, 0.05 and 0.3.
    private static let logits = [0.15, 0.5, 0.05, 0.3].map { Float(log($0)) }

    private func draw(_ sampler: inout Sampler, _ logits: [Float] = Self.logits) -> Int {
        logits.withUnsafeBufferPointer { sampler.next($0) }
    }

    /// How often each of four tokens came in 20,000 draws.
    private func shares(_ settings: SamplingSettings, _ logits: [Float] = Self.logits) -> [Double] {
        var sampler = Sampler(settings, seed: 7)
        var counts = [Int](repeating: 0, count: 4)
        for _ in 0..<20_000 { counts[draw(&sampler, logits)] += 1 }
        return counts.map { Double($0) / 20_000 }
    }

    /// Within five standard deviations, and exactly where a token must not come at all.
    private func check(_ shares: [Double], _ expected: [Double]) {
        for (share, probability) in zip(shares, expected) {
            let deviation = (probability * (1 - probability) / 20_000).squareRoot()
            #expect(abs(share - probability) <= 5 * deviation + 1e-9, "\(shares)")
        }
    }

    @Test("Greedy takes the likeliest token, and of equals the lowest")
    func greedy() {
        var sampler = Sampler(.greedy)
        #expect(draw(&sampler) == 1)
        #expect(draw(&sampler, [1, 3, 3, 3]) == 1)
        #expect(draw(&sampler, [-5, -5]) == 0)
        #expect(draw(&sampler, [0, -0.0, 1, 2, 2]) == 3)
        #expect(draw(&sampler, [-.infinity, -1e30, -.infinity]) == 1)
    }

    @Test("Temperature 1 draws by probability, 2 flatter, a half sharper")
    func temperature() {
        check(shares(SamplingSettings(temperature: 1)), [0.15, 0.5, 0.05, 0.3])
        for (temperature, power) in [(2.0, 0.5), (0.5, 2)] {
            let weights = [0.15, 0.5, 0.05, 0.3].map { pow($0, power) }
            check(
                shares(SamplingSettings(temperature: temperature)), weights.map { $0 / weights.reduce(0, +) })
        }
        check(shares(SamplingSettings(temperature: 1e-6)), [0, 1, 0, 0])
    }

    @Test("Top-k leaves the k likeliest, of equals the lowest")
    func topK() {
        check(shares(SamplingSettings(temperature: 1, topK: 2)), [0, 5.0 / 8, 0, 3.0 / 8])
        check(shares(SamplingSettings(temperature: 1, topK: 1)), [0, 1, 0, 0])
        check(shares(SamplingSettings(temperature: 1, topK: 9)), [0.15, 0.5, 0.05, 0.3])
        check(shares(SamplingSettings(temperature: 1, topK: 2), [1, 1, 1, 1]), [0.5, 0.5, 0, 0])
        // Fewer than one token cannot be: the likeliest stays.
        check(shares(SamplingSettings(temperature: 1, topK: 0)), [0, 1, 0, 0])
    }

    @Test("Top-p leaves the fewest likeliest tokens that reach the share")
    func topP() {
        check(shares(SamplingSettings(temperature: 1, topP: 0.4)), [0, 1, 0, 0])
        check(shares(SamplingSettings(temperature: 1, topP: 0.6)), [0, 5.0 / 8, 0, 3.0 / 8])
        check(shares(SamplingSettings(temperature: 1, topP: 0.9)), [0.15 / 0.95, 0.5 / 0.95, 0, 0.3 / 0.95])
        check(shares(SamplingSettings(temperature: 1, topP: 1)), [0.15, 0.5, 0.05, 0.3])
        check(shares(SamplingSettings(temperature: 1, topP: 0)), [0, 1, 0, 0])
    }

    @Test("Top-p counts its share within the top k, after the temperature")
    func both() {
        // Of 0.5, 0.3 and 0.15 the first two have 0.842.
        check(shares(SamplingSettings(temperature: 1, topK: 3, topP: 0.8)), [0, 5.0 / 8, 0, 3.0 / 8])
        // At temperature 1/2 the likeliest alone has 0.25 / 0.365 = 0.685.
        check(shares(SamplingSettings(temperature: 0.5, topP: 0.68)), [0, 1, 0, 0])
    }

    @Test("The same seed and stream draw the same tokens, another of either others")
    func seeds() {
        func tokens(_ seed: UInt64, _ stream: Int) -> [Int] {
            var sampler = Sampler(SamplingSettings(temperature: 1), seed: seed, stream: stream)
            return (0..<200).map { _ in draw(&sampler) }
        }
        #expect(tokens(1, 2) == tokens(1, 2))
        let all = [tokens(1, 2), tokens(1, 3), tokens(2, 2), tokens(2, 1), tokens(0, 0)]
        for (index, one) in all.enumerated() {
            for other in all[(index + 1)...] { #expect(one != other) }
        }
    }

    @Test("Huge logits do not overflow")
    func huge() {
        check(shares(SamplingSettings(temperature: 1), [3e38, -3e38, 3e38, 0]), [0.5, 0, 0.5, 0])
    }
}
