/// Why something is not measured.
enum BenchSkipped: Error, CustomStringConvertible {
    /// It needs so many bytes of memory, and fewer are free.
    case memory(bytes: Double, free: Int, of: String)
    /// Its weights could not be made.
    case weights(String)
    /// The program that measures in turn cannot.
    case beside(program: String, reason: String)

    var description: String {
        switch self {
        case .memory(let bytes, let free, let what):
            "expected \(fixed(bytes / 1e9, 2)) GB of free memory for \(what), found \(fixed(Double(free) / 1e9, 2))"
        case .weights(let reason): reason
        case .beside(let program, let reason): "\(program): \(reason)"
        }
    }

    /// Checks that so many bytes are free.
    /// - Throws: `BenchSkipped.memory`.
    static func check(bytes: Double, for what: String) throws {
        let free = FreeMemory.bytes
        guard bytes < Double(free) else { throw BenchSkipped.memory(bytes: bytes, free: free, of: what) }
    }
}
