import Descriptions
import Dispatch
import Foundation

/// Makes tensors of normally distributed bfloat16 numbers, fast: each is drawn from 65,536 that were drawn before.
struct RandomTensor: Sendable {
    /// Draws from the normal distribution with mean 0 and deviation 1; those of the second half are those of the first
    /// with the other sign, so that the mean is 0.
    private let draws: [Float]
    private let seed: UInt64

    /// Numbers that one stream gives.
    private static let block = 1 << 20

    init(seed: UInt64) {
        self.seed = seed
        var source = RandomSource(seed: seed, stream: -1)
        let half = (0..<32_768).map { _ in
            let radius = (-2 * log(1 - source.nextUnit())).squareRoot()
            return Float(radius * cos(2 * .pi * source.nextUnit()))
        }
        draws = half + half.map { -$0 }
    }

    /// The bytes of `count` numbers of that mean and deviation; the same for the same `stream`.
    func bytes(_ count: Int, mean: Float = 0, deviation: Double, stream: Int) -> [UInt8] {
        let table = draws.map { (mean + $0 * Float(deviation)).bfloat16 }
        let blocks = (count + Self.block - 1) / Self.block
        return [UInt8](unsafeUninitializedCapacity: 2 * count) { bytes, written in
            nonisolated(unsafe) let numbers = UnsafeMutableRawPointer(bytes.baseAddress!).assumingMemoryBound(
                to: UInt16.self)
            DispatchQueue.concurrentPerform(iterations: blocks) { block in
                var source = RandomSource(seed: seed, stream: stream << 20 | block)
                table.withUnsafeBufferPointer { table in
                    let (first, end) = (block * Self.block, min((block + 1) * Self.block, count))
                    var index = first
                    while index < end {
                        var bits = source.next()
                        for _ in 0..<min(4, end - index) {
                            numbers[index] = table[Int(bits & 0xFFFF)].littleEndian
                            bits >>= 16
                            index += 1
                        }
                    }
                }
            }
            written = 2 * count
        }
    }
}
