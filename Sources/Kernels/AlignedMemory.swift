/// Memory for numbers that grows as more are asked for. It begins with a line of the cache, as rows in it do that are whole
/// lines long: a vector that lies in two of them takes twice as long to load.
final class AlignedMemory<Number> {
    private var start: UnsafeMutablePointer<Number>?
    private var capacity = 0

    /// Bytes of a line of the cache.
    private static var line: Int { 64 }

    deinit { start?.deallocate() }

    /// Room for `count` numbers with whatever was in it; valid until more are asked for.
    func room(_ count: Int) -> UnsafeMutablePointer<Number> {
        if let start, capacity >= count { return start }
        start?.deallocate()
        capacity = max(count, 2 * capacity)
        let bytes = capacity * MemoryLayout<Number>.stride
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.line)
            .bindMemory(to: Number.self, capacity: capacity)
        start = fresh
        return fresh
    }

    /// Where it begins: numbers were asked for before.
    var numbers: UnsafeMutablePointer<Number> { start! }
}
