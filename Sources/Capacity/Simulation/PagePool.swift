/// The pages of one replica's GPUs: how many there are, and how many are taken. A sequence's pages lie on all of its
/// GPUs at once, so that the fullest GPU decides whether it fits.
package struct PagePool: Sendable {
    /// Pages of each GPU.
    package let capacity: Int
    /// Pages that are taken, of each GPU.
    package private(set) var used: [Int]

    /// So many pages on each of so many GPUs, all free.
    package init(capacity: Int, gpus: Int) {
        self.capacity = capacity
        used = Array(repeating: 0, count: gpus)
    }

    /// Pages taken on the fullest GPU.
    package var fullest: Int { used.max() ?? 0 }

    /// Whether a sequence that has `start` tokens could be fed up to `count`.
    package func hasRoom(for curve: any SequenceCurve, from start: Int, to count: Int) -> Bool {
        used.indices.allSatisfy { gpu in
            used[gpu] + Self.growth(curve, from: start, to: count, gpu: gpu) <= capacity
        }
    }

    /// Takes what a sequence that has `start` tokens needs while it is fed up to `count`; false, and nothing taken,
    /// where there is not as much.
    package mutating func take(for curve: any SequenceCurve, from start: Int, to count: Int) -> Bool {
        var fits = true
        for gpu in used.indices {
            used[gpu] += Self.growth(curve, from: start, to: count, gpu: gpu)
            fits = fits && used[gpu] <= capacity
        }
        guard !fits else { return true }
        for gpu in used.indices { used[gpu] -= Self.growth(curve, from: start, to: count, gpu: gpu) }
        return false
    }

    /// Gives back what the step that `take` was for no longer needs: what was held only before a policy's cut.
    package mutating func settle(for curve: any SequenceCurve, from start: Int, to count: Int) {
        for gpu in used.indices {
            let held = max(
                curve.pages(after: start, gpu: gpu), curve.peakPages(after: start, within: count, gpu: gpu))
            give(held - curve.pages(after: count, gpu: gpu), gpu: gpu)
        }
    }

    /// Gives back all that a sequence of `count` tokens holds.
    package mutating func release(_ curve: any SequenceCurve, at count: Int) {
        for gpu in used.indices { give(curve.pages(after: count, gpu: gpu), gpu: gpu) }
    }

    private mutating func give(_ pages: Int, gpu: Int) {
        precondition((0...used[gpu]).contains(pages), "more pages are given back than were taken")
        used[gpu] -= pages
    }

    private static func growth(_ curve: any SequenceCurve, from start: Int, to count: Int, gpu: Int) -> Int {
        max(0, curve.peakPages(after: start, within: count, gpu: gpu) - curve.pages(after: start, gpu: gpu))
    }
}
