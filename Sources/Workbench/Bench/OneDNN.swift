import Foundation

/// Intel's oneDNN, where the system has it (Debian: `libdnnl2`): a yardstick for products of bfloat16 matrices, loaded
/// at run time, so that Headroom needs it for nothing.
struct OneDNN {
    /// `dnnl_gemm_bf16bf16f32`, declared in no header but exported since version 1: row-major
    /// C = alpha · A · B + beta · C, with both transposition letters, then M, N, K, and a leading dimension behind
    /// each matrix. It returns 0 where it succeeds.
    private typealias Product =
        @convention(c) (
            CChar, CChar, Int, Int, Int, Float, UnsafePointer<UInt16>, Int, UnsafePointer<UInt16>, Int, Float,
            UnsafeMutablePointer<Float>, Int
        ) -> Int32

    /// `dnnl_version`: what it points at begins with the major version.
    private typealias Version = @convention(c) () -> UnsafePointer<Int32>
    private typealias SetThreads = @convention(c) (Int32) -> Void

    private let product: Product
    /// OpenMP's, which the library computes with; nil where it was built with something else.
    private let setThreads: SetThreads?

    /// The library; nil where there is none.
    static let loaded: OneDNN? = {
        for name in ["libdnnl.so.3", "libdnnl.so.2", "libdnnl.so"] {
            guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
            guard let version = dlsym(library, "dnnl_version"), let symbol = dlsym(library, "dnnl_gemm_bf16bf16f32"),
                (1...3).contains(unsafeBitCast(version, to: Version.self)().pointee)
            else { continue }
            return OneDNN(
                product: unsafeBitCast(symbol, to: Product.self),
                setThreads: dlsym(library, "omp_set_num_threads").map { unsafeBitCast($0, to: SetThreads.self) })
        }
        return nil
    }()

    /// Operations a second on square matrices, on `threads` of the library's own threads, the best of `passes` runs; nil
    /// where this machine's processor is not served.
    func matrixPeak(threads: Int, _ passes: Int) -> Double? {
        setThreads?(Int32(threads))
        let size = 1536
        let inputs = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 2 * size * size)
        let output = UnsafeMutableBufferPointer<Float>.allocate(capacity: size * size)
        defer {
            inputs.deallocate()
            output.deallocate()
        }
        inputs.initialize(repeating: 0x3F00)
        output.initialize(repeating: 0)
        let (left, right) = (UnsafePointer(inputs.baseAddress!), UnsafePointer(inputs.baseAddress! + size * size))
        let plain = CChar(UInt8(ascii: "N"))
        var succeeds = true
        let seconds = LimitsProbe.best(of: passes) {
            let status = product(
                plain, plain, size, size, size, 1, left, size, right, size, 0, output.baseAddress!, size)
            succeeds = succeeds && status == 0
        }
        // ½ · ½, size times: what must have come out.
        guard succeeds, output.allSatisfy({ $0 == Float(size) / 4 }) else { return nil }
        return 2 * Double(size * size * size) / seconds
    }
}
