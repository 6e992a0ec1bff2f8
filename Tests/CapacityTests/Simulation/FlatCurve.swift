import Capacity
import Foundation
import TestSupport

/// A sequence that takes one page for each token, and attends to all of them; or none at all.
final class FlatCurve: SequenceCurve {
    private let pagesPerToken: Int

    init(pagesPerToken: Int = 1) { self.pagesPerToken = pagesPerToken }

    func pages(after count: Int, gpu: Int) -> Int { pagesPerToken * count }
    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int { pagesPerToken * count }
    func attended(by count: Int, gpu: Int) -> Int { count }
    func pairs(after start: Int, through count: Int, gpu: Int) -> Int {
        (count * (count + 1) - start * (start + 1)) / 2
    }
}

extension Workload {
    /// Requests of random sizes that arrive at random, the same in every run.
    static func random(
        _ count: Int, seed: UInt64, rate: Double, prompt: ClosedRange<Int>, new: ClosedRange<Int>
    ) throws -> Workload {
        var numbers = SeededNumbers(seed: seed)
        var time = 0.0
        let requests = (0..<count).map { _ -> Request in
            time += -log(1 - numbers.unit()) / rate
            return Request(
                arrival: time, promptTokens: Int.random(in: prompt, using: &numbers),
                newTokens: Int.random(in: new, using: &numbers))
        }
        return try Workload(name: "random", requests: requests)
    }
}
