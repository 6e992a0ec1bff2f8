/// The slots of one head: rotated keys and values, each contiguous, `[count, headDim]`. It grows by doubling.
public final class SlotBuffer {
    /// Width of a slot's key, and of its value.
    public let headDim: Int
    /// Slots held.
    public private(set) var count = 0
    /// The keys.
    public private(set) var keys: UnsafeMutablePointer<Float>
    /// The values.
    public private(set) var values: UnsafeMutablePointer<Float>
    private var capacity: Int

    /// An empty buffer.
    public init(headDim: Int, capacity: Int = 16) {
        self.headDim = headDim
        self.capacity = capacity
        keys = .allocate(capacity: capacity * headDim)
        values = .allocate(capacity: capacity * headDim)
    }

    deinit {
        keys.deallocate()
        values.deallocate()
    }

    /// Makes it `newCount` slots long; what is new is not yet set.
    public func resize(to newCount: Int) {
        if newCount > capacity {
            let larger = max(newCount, 2 * capacity)
            keys = Self.grow(keys, from: count * headDim, to: larger * headDim)
            values = Self.grow(values, from: count * headDim, to: larger * headDim)
            capacity = larger
        }
        count = newCount
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

    private static func grow(
        _ old: UnsafeMutablePointer<Float>, from count: Int, to capacity: Int
    ) -> UnsafeMutablePointer<Float> {
        let fresh = UnsafeMutablePointer<Float>.allocate(capacity: capacity)
        fresh.update(from: old, count: count)
        old.deallocate()
        return fresh
    }
}
