import Kernels

/// Our own matrix products, apart from a model: a chunk of a prompt through one matrix of the 1.1 billion shape.
final class OwnProducts {
    private let pool: WorkerPool
    private let singles: Numbers<Float>
    private let narrow: Numbers<UInt16>
    private let activations: Numbers<Float>
    private let output: Numbers<Float>

    private static let (tokens, columns, rows) = (128, 2048, 5632)

    init(_ pool: WorkerPool) {
        self.pool = pool
        singles = Numbers(Self.rows * Self.columns, repeating: 0.5)
        narrow = Numbers(Self.rows * Self.columns, repeating: 0x3F00)
        activations = Numbers(Self.tokens * Self.columns, repeating: 0.5)
        output = Numbers(Self.tokens * Self.rows, repeating: 0)
    }

    /// Operations a second: float32 matrices and activations, or bfloat16 ones of both; the best of `passes` runs.
    func peak(isNarrow: Bool, _ passes: Int) -> Double {
        let storage: WeightMatrix.Storage = isNarrow ? .bfloat16(narrow.start) : .float32(singles.start)
        let owner: AnyObject = isNarrow ? narrow : singles
        let matrix = WeightMatrix(storage, rows: Self.rows, columns: Self.columns, owner: owner)
        let input = ProductInput(isRounded: isNarrow)
        input.take(
            activations.memory, tokens: Self.tokens, columns: Self.columns, for: [matrix], workers: .pool(pool))
        let seconds = LimitsProbe.best(of: passes) { matrix.multiply(input, into: output.memory, workers: .pool(pool)) }
        return 2 * Double(Self.tokens * Self.columns * Self.rows) / seconds
    }
}

/// Numbers in memory of their own.
final class Numbers<Element>: @unchecked Sendable {
    let memory: UnsafeMutablePointer<Element>
    var start: UnsafePointer<Element> { UnsafePointer(memory) }

    init(_ count: Int, repeating value: Element) {
        // Each vector in one line of the cache.
        memory = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Element>.stride, alignment: 64)
            .bindMemory(to: Element.self, capacity: count)
        memory.initialize(repeating: value, count: count)
    }

    deinit { UnsafeMutableRawPointer(memory).deallocate() }
}
