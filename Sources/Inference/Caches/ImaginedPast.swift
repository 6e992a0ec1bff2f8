import Kernels

/// A cache whose slots can be set from outside.
protocol SlotHolder: KVCache {
    /// The slots of every head, `[layers][kvHeads]`.
    var slots: [[SlotBuffer]] { get }
}

extension FullCache: SlotHolder {}
extension DMCCache: SlotHolder {}

extension DecodingSequence {
    /// Gives a sequence that has seen nothing a past of `tokens` tokens that no model computed, with `slots` slots in
    /// every head: to measure a step at that length without running all before it. Under DMC the open segment is empty.
    /// - Precondition: its policy is `full` or `dmc`.
    package func imaginePast(tokens: Int, slots: Int) {
        guard position == 0, let cache = cache as? any SlotHolder else {
            preconditionFailure("only a full or a DMC cache that has seen nothing can be filled")
        }
        for (layer, heads) in cache.slots.enumerated() {
            for (head, buffer) in heads.enumerated() {
                // With room for some more, as one that had grown would have: a step measures no growth.
                buffer.resize(to: slots + slots / 4 + 16)
                buffer.resize(to: slots)
                // A short cycle of numbers around 0, another in every head.
                for index in 0..<slots * buffer.headDim {
                    let number = Float((index * 31 + layer * 17 + head * 7) & 127) / 64 - 1
                    buffer.keys[index] = number
                    buffer.values[index] = -number
                }
            }
        }
        position = tokens
    }
}
