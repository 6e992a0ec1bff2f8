/// Memory for a product's input in one width. It begins with a line of the cache, as rows do that are whole lines long:
/// a vector that lies in two of them takes twice as long to load.
final class InputRows<Number> {
    /// Where it begins; nil before anything was reserved.
    private(set) var start: UnsafeMutablePointer<Number>?
    private var capacity = 0

    /// Bytes of a line of the cache.
    private static var line: Int { 64 }

    deinit { start?.deallocate() }

    /// Makes room for `count` numbers, with whatever was in it.
    func reserve(_ count: Int) {
        guard count > capacity else { return }
        start?.deallocate()
        capacity = max(count, 2 * capacity)
        let bytes = capacity * MemoryLayout<Number>.stride
        start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.line)
            .bindMemory(to: Number.self, capacity: capacity)
    }
}
