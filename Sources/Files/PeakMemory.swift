import Foundation

/// What this process took of the machine's memory.
public enum PeakMemory {
    /// The most bytes that were resident at once since the process began, pages of mapped files included
    /// (getrusage(2), `ru_maxrss`).
    public static var residentBytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
