import CKernels
import Foundation
import Inference
import Kernels

/// Measures what the machine can do, as often as it is asked: what else runs comes and goes, and the best of all times
/// is the machine's limit.
final class LimitsProbe {
    private let pool: WorkerPool
    private let memory: UnsafeMutableRawBufferPointer
    private let cacheBytes: Int?
    private let openBLAS: OpenBLAS?
    private let own: OwnProducts

    /// Words that a thread reads at a time: few enough that none waits long for the last one.
    private static let part = 1 << 17
    /// How many words ahead of its reading a loop asks for them, where it does.
    private static let ahead = 256

    /// - Parameters:
    ///   - threads: as many as inference will have.
    ///   - bytes: what is read; far more than the caches hold, else it is their bandwidth that comes out.
    init(threads: Int, bytes: Int) {
        pool = WorkerPool(threads: threads)
        let parts = max(1, bytes / (8 * Self.part))
        memory = .allocate(byteCount: 8 * Self.part * parts, alignment: 1 << 21)
        madvise(memory.baseAddress, memory.count, MADV_HUGEPAGE)
        memset(memory.baseAddress!, 1, memory.count)
        let most = 2 * memory.count
        cacheBytes = Self.lastLevelCache.flatMap { $0 <= most ? $0 : nil }
        openBLAS = OpenBLAS(pool)
        own = OwnProducts(pool)
    }

    deinit { memory.deallocate() }

    /// Measures all limits; see `measure(_:passes:into:progress:)`.
    func measure(passes: Int, progress: (_ what: String) -> Void = { _ in }) -> MachineLimits {
        var limits = MachineLimits(
            processor: Self.processorName, threads: pool.threads, cacheBytes: cacheBytes, readBytesPerSecond: 0)
        measure(.all, passes: passes, into: &limits, progress: progress)
        return limits
    }

    /// Measures some limits, each the best of `passes` runs of every loop or product: for two of them, all take a
    /// quarter of a second.
    func measure(
        _ kinds: LimitKinds, passes: Int, into limits: inout MachineLimits,
        progress: (_ what: String) -> Void = { _ in }
    ) {
        if kinds.contains(.memory) {
            progress("reading memory")
            limits.readBytesPerSecond = readBandwidth(memory.count, times: 1, passes)
            // A millisecond or so takes more than waking up the threads does.
            limits.cacheReadBytesPerSecond = cacheBytes.map { readBandwidth($0 / 2, times: 8, passes) }
        }
        if kinds.contains(.float32) {
            progress("products in float32")
            limits.ownFloat32FLOPS = own.peak(isNarrow: false, passes)
            limits.float32FLOPS = openBLAS?.matrixPeak(passes)
        }
        if kinds.contains(.bfloat16) {
            progress("products in bfloat16")
            limits.ownBfloat16FLOPS = own.peak(isNarrow: true, passes)
            limits.bfloat16FLOPS = OneDNN.loaded?.matrixPeak(threads: pool.threads, passes)
            // Its threads, which are OpenMP's, look for more work for some milliseconds, and would take what follows.
            if OneDNN.loaded != nil { usleep(20_000) }
        }
    }

    /// Bytes a second, the best of `passes` passes of each loop.
    private func readBandwidth(_ bytes: Int, times: Int, _ passes: Int) -> Double {
        let parts = max(1, bytes / (8 * Self.part))
        let start = UnsafePointer(memory.bindMemory(to: UInt64.self).baseAddress!)
        // Which of the two loops reads faster changes with what else the machine's memory does.
        let seconds = (0..<2 * passes).map { pass in
            let ahead = pass % 2 == 0 ? 0 : Self.ahead
            return Stopwatch.seconds {
                pool.forEach(times * parts) { index, _ in
                    _ = hr_read_words(start + index % parts * Self.part, Self.part, ahead)
                }
            }
        }.min()!
        return Double(8 * Self.part * parts * times) / seconds
    }

    /// Seconds of the fastest of `passes` runs.
    static func best(of passes: Int, _ body: () -> Void) -> Double {
        (0..<passes).map { _ in Stopwatch.seconds(body) }.min() ?? 0
    }

    private static var processorName: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    /// Bytes of the largest cache that the system lists.
    private static var lastLevelCache: Int? {
        (0..<8).compactMap { level -> Int? in
            let path = "/sys/devices/system/cpu/cpu0/cache/index\(level)/size"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
            let word = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let number = Int(word.prefix { $0.isNumber }) else { return nil }
            return number << (word.hasSuffix("K") ? 10 : word.hasSuffix("M") ? 20 : 0)
        }.max()
    }
}

extension MachineLimits {
    /// Measures them once; a second or two. What else runs on the machine takes its share of them.
    /// - Parameters: as of `LimitsProbe`.
    public static func measure(
        threads: Int = WorkerPool.cores, bytes: Int = 1 << 30, progress: (_ what: String) -> Void = { _ in }
    ) -> MachineLimits {
        LimitsProbe(threads: threads, bytes: bytes).measure(passes: 6, progress: progress)
    }
}
