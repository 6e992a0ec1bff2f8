/// The probabilities that one KV head's slots receive from its query heads, summed.
final class ReceivedAttention {
    /// The sums, slot by slot.
    private(set) var sums: [Double] = []

    /// Nothing received yet by `slots` slots.
    func reset(slots: Int) {
        sums.removeAll(keepingCapacity: true)
        sums.append(contentsOf: repeatElement(0, count: slots))
    }

    /// Adds what one query gave to the first slots.
    func add(_ probabilities: UnsafeBufferPointer<Float>) {
        for slot in probabilities.indices { sums[slot] += Double(probabilities[slot]) }
    }
}
