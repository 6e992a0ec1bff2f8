import Foundation

/// Memory that is still to be had.
enum FreeMemory {
    /// Bytes that the system could still give and this process may still take.
    static var bytes: Int {
        let available = kibibytes("MemAvailable:", in: "/proc/meminfo")
        return [available, addresses, ControlGroup.free()].compactMap { $0 }.min() ?? .max
    }

    /// Bytes that a limit on this process's addresses (`ulimit -v`) leaves to it; nil without one.
    static var addresses: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int.max) else {
            return nil
        }
        return max(0, Int(limit.rlim_cur) - (kibibytes("VmSize:", in: "/proc/self/status") ?? 0))
    }

    /// A line of the system's, in bytes.
    private static func kibibytes(_ title: String, in path: String) -> Int? {
        let lines = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
        let words = lines.first { $0.hasPrefix(title) }?.split(whereSeparator: \.isWhitespace) ?? []
        return words.count > 1 ? Int(words[1]).map { $0 * 1024 } : nil
    }
}
