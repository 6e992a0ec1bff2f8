import Foundation
import Kernels

/// OpenBLAS, where the system has it (Debian: `libopenblas0`): a yardstick for products of float32 matrices, loaded at
/// run time, so that Headroom needs it for nothing and no other command starts its threads.
final class OpenBLAS {
    /// `cblas_sgemm`, as cblas.h declares it: the order and both transpositions as enumerations, M, N, K, alpha, A and
    /// its leading dimension, B and its, beta, C and its. Whole numbers are of 32 bit in this build of the library.
    private typealias Product =
        @convention(c) (
            Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32,
            Float, UnsafeMutablePointer<Float>, Int32
        ) -> Void
    private typealias SetThreads = @convention(c) (Int32) -> Void

    private let product: Product
    private let pool: WorkerPool
    private let matrices: UnsafeMutableBufferPointer<Float>

    /// Rows and columns of the square matrices.
    private static let size = 1024
    private static var numbers: Int { size * size }

    /// Why it is not even looked for; nil where it is. It takes a buffer and a stack for every thread that it may have
    /// as it is loaded, and where it gets none it tries again for ever.
    static let refusal: String? = {
        let threads = ProcessInfo.processInfo.activeProcessorCount + 1
        guard let left = FreeMemory.addresses, left < threads * perThread else { return nil }
        return "not loaded: the limit on addresses (ulimit -v) leaves it too little"
    }()

    /// Bytes of addresses.
    private static let perThread = 1 << 28

    /// The library, to be measured on the threads of `pool`; nil where there is none, or no room for it.
    init?(_ pool: WorkerPool) {
        guard Self.refusal == nil, let library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL),
            let product = dlsym(library, "cblas_sgemm"), let setThreads = dlsym(library, "openblas_set_num_threads")
        else { return nil }
        self.product = unsafeBitCast(product, to: Product.self)
        // Threads are the pool's.
        unsafeBitCast(setThreads, to: SetThreads.self)(1)
        self.pool = pool
        matrices = .allocate(capacity: 3 * Self.numbers * pool.threads)
        matrices.initialize(repeating: 0.5)
    }

    deinit { matrices.deallocate() }

    /// Operations a second of square products, one on every thread; the best of `passes` runs. Nil where what comes out
    /// is not the product.
    func matrixPeak(_ passes: Int) -> Double? {
        let seconds = LimitsProbe.best(of: passes) {
            pool.forEach(pool.threads) { index, _ in multiply(matrices.baseAddress! + 3 * Self.numbers * index) }
        }
        // ½ · ½, size times: what must have come out.
        guard matrices[2 * Self.numbers] == Float(Self.size) / 4 else { return nil }
        return 2 * Double(Self.numbers * Self.size * pool.threads) / seconds
    }

    /// A product of the first and second matrix from `left` on into the third.
    private func multiply(_ left: UnsafeMutablePointer<Float>) {
        let (order, rowMajor, plain, transposed) = (Int32(Self.size), Int32(101), Int32(111), Int32(112))
        product(
            rowMajor, plain, transposed, order, order, order, 1, left, order, left + Self.numbers, order, 0,
            left + 2 * Self.numbers, order)
    }
}
