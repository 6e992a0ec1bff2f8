/// The slots of one head: rotated keys and values, each contiguous, `[count, headDim]`. It grows by doubling.
public final class SlotBuffer {
    /// Width of a slot's key, and of its value.
    public let headDim: Int
    /// Slots held.
    public private(set) var count = 0
    /// Keys, and behind them values.
    private var memory: SlotMemory
    private var capacity: Int

    /// The keys.
    public var keys: UnsafeMutablePointer<Float> { memory.start }
    /// The values.
    public var values: UnsafeMutablePointer<Float> { memory.start + capacity * headDim }

    /// An empty buffer.
    public init(headDim: Int, capacity: Int = 16) {
        let memory = SlotMemory(floats: 2 * capacity * headDim)
        self.headDim = headDim
        self.memory = memory
        self.capacity = Self.slots(in: memory, headDim)
    }

    deinit { memory.release() }

    /// Makes it `newCount` slots long; what is new is not yet set.
    public func resize(to newCount: Int) {
        if newCount > capacity { grow(to: max(newCount, 2 * capacity)) }
        count = newCount
    }

    private func grow(to slots: Int) {
        let larger = SlotMemory(floats: 2 * slots * headDim)
        let (oldKeys, oldValues, old) = (keys, values, memory)
        memory = larger
        capacity = Self.slots(in: larger, headDim)
        keys.update(from: oldKeys, count: count * headDim)
        values.update(from: oldValues, count: count * headDim)
        old.release()
    }

    /// Slots that fit.
    private static func slots(in memory: SlotMemory, _ headDim: Int) -> Int {
        memory.bytes / (2 * headDim * MemoryLayout<Float>.stride)
    }

    /// Sets slot `slot`.
    public func set(_ slot: Int, key: UnsafePointer<Float>, value: UnsafePointer<Float>) {
        precondition((0..<count).contains(slot), "a slot of the buffer")
        (keys + slot * headDim).update(from: key, count: headDim)
        (values + slot * headDim).update(from: value, count: headDim)
    }

    /// Drops slot `slot` and puts the last one in its place: slots are in no order where some have been dropped.
    public func remove(_ slot: Int) {
        let last = count - 1
        if slot != last { set(slot, key: keys + last * headDim, value: values + last * headDim) }
        count = last
    }

    /// Keeps `kept`, in rising order, and drops all others.
    public func keep(_ kept: [Int]) {
        for (slot, old) in kept.enumerated() where slot != old {
            set(slot, key: keys + old * headDim, value: values + old * headDim)
        }
        count = kept.count
    }
}
