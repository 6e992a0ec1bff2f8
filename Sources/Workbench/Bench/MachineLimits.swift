import CKernels
import COpenBLAS
import Foundation
import Inference
import Kernels

/// What this machine can do at most, measured: the limits that inference is held to.
public struct MachineLimits: Codable, Equatable, Sendable {
    /// The processor's name, as the system gives it.
    public var processor: String
    /// Threads that took part.
    public var threads: Int
    /// Bytes a second that all threads together read from memory, each its own part of a buffer far beyond the caches
    /// (the reading half of McCalpin's STREAM); the best of several passes, as there.
    public var readBytesPerSecond: Double
    /// Operations a second (a multiply-add is two) of OpenBLAS's `sgemm` on square matrices, a product on every thread.
    public var float32FLOPS: Double
    /// The same for oneDNN's products of bfloat16 matrices into float32; nil where it is not installed.
    public var bfloat16FLOPS: Double?

    /// Limits by their values; see the properties.
    public init(
        processor: String, threads: Int, readBytesPerSecond: Double, float32FLOPS: Double, bfloat16FLOPS: Double?
    ) {
        self.processor = processor
        self.threads = threads
        self.readBytesPerSecond = readBytesPerSecond
        self.float32FLOPS = float32FLOPS
        self.bfloat16FLOPS = bfloat16FLOPS
    }

    /// Measures them; a few seconds. What else runs on the machine takes its share of them.
    /// - Parameters:
    ///   - threads: as many as inference will have.
    ///   - bytes: what is read; far more than the caches hold, else it is their bandwidth that comes out.
    public static func measure(
        threads: Int = WorkerPool.cores, bytes: Int = 1 << 30, progress: (_ what: String) -> Void = { _ in }
    ) -> MachineLimits {
        let pool = WorkerPool(threads: threads)
        progress("reading memory")
        let bandwidth = readBandwidth(pool, bytes: bytes)
        progress("products in float32")
        let float32 = matrixPeak(pool)
        progress("products in bfloat16")
        return MachineLimits(
            processor: processorName, threads: pool.threads, readBytesPerSecond: bandwidth, float32FLOPS: float32,
            bfloat16FLOPS: OneDNN.loaded?.matrixPeak())
    }

    private static let passes = 7

    private static func readBandwidth(_ pool: WorkerPool, bytes: Int) -> Double {
        // Parts small enough that no thread waits long for the last one, each read in order.
        let part = 1 << 17
        let parts = max(1, bytes / (8 * part))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 * part * parts, alignment: 1 << 21)
        defer { buffer.deallocate() }
        madvise(buffer.baseAddress, buffer.count, MADV_HUGEPAGE)
        memset(buffer.baseAddress!, 1, buffer.count)
        let start = UnsafePointer(buffer.bindMemory(to: UInt64.self).baseAddress!)
        let seconds = best(of: passes) {
            pool.forEach(parts) { index, _ in _ = hr_read_words(start + index * part, part) }
        }
        return Double(buffer.count) / seconds
    }

    private static func matrixPeak(_ pool: WorkerPool) -> Double {
        let size = 1536
        // Threads are the pool's.
        openblas_set_num_threads(1)
        let matrices = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * size * size * pool.threads)
        defer { matrices.deallocate() }
        matrices.initialize(repeating: 0.5)
        let seconds = best(of: passes) {
            pool.forEach(pool.threads) { index, _ in
                let left = matrices.baseAddress! + 3 * size * size * index
                let order = blasint(size)
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasTrans, order, order, order, 1, left, order, left + size * size,
                    order, 0, left + 2 * size * size, order)
            }
        }
        return 2 * Double(size * size * size) * Double(pool.threads) / seconds
    }

    /// Seconds of the fastest of `passes` runs, after one that is not counted.
    static func best(of passes: Int, _ body: () -> Void) -> Double {
        body()
        return (0..<passes).map { _ in Stopwatch.seconds(body) }.min() ?? 0
    }

    private static var processorName: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }
}
