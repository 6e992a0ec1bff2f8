import Kernels

/// What this machine's memory and arithmetic give the core: rates of the very products that it is made of, on weights
/// of a model's size in its width, so that what lies in a cache when a model runs lies there here.
public struct CoreLimits: Hashable, Sendable {
    /// Bytes of weights a second of the product for one token, which is bound by reading.
    public var readBytesPerSecond: Double
    /// Operations a second of the product for a batch of 32 tokens, one of each sequence.
    public var batchFLOPS: Double
    /// Operations a second of the product for a chunk of a prompt.
    public var promptFLOPS: Double

    /// Limits by their values; see the properties.
    public init(readBytesPerSecond: Double, batchFLOPS: Double, promptFLOPS: Double) {
        self.readBytesPerSecond = readBytesPerSecond
        self.batchFLOPS = batchFLOPS
        self.promptFLOPS = promptFLOPS
    }

    /// Measures them on bfloat16 weights `[rows, columns]`; a second or less. What else runs takes its share.
    public static func measure(rows: Int, columns: Int, threads: Int) -> CoreLimits {
        let weights = Numbers<UInt16>(rows * columns, repeating: 0x3C00)
        let matrix = WeightMatrix(.bfloat16(weights.start), rows: rows, columns: columns, owner: weights)
        let tokens = 128
        let numbers = Numbers<Float>(tokens * columns, repeating: 0.5)
        let output = Numbers<Float>(tokens * rows, repeating: 0)
        let pool = WorkerPool(threads: threads)
        let bytes = Double(2 * rows * columns)
        func seconds(tokens: Int) -> Double {
            let input = ProductInput(isRounded: false)
            input.take(numbers.memory, tokens: tokens, columns: columns, for: [matrix], workers: .pool(pool))
            return best { matrix.multiply(input, into: output.memory, workers: .pool(pool)) }
        }
        let (one, batch, prompt) = (seconds(tokens: 1), seconds(tokens: 32), seconds(tokens: tokens))
        return CoreLimits(
            readBytesPerSecond: bytes / one, batchFLOPS: 32 * bytes / batch,
            promptFLOPS: Double(tokens) * bytes / prompt)
    }

    /// Seconds of the fastest of nine runs, after one that is not counted.
    private static func best(_ work: () -> Void) -> Double {
        work()
        return (0..<9).map { _ in Stopwatch.seconds(work) }.min() ?? 0
    }
}
