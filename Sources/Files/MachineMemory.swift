import Foundation

/// How much memory there is.
public enum MachineMemory {
    /// Bytes that this process may have: the machine's, or fewer where it is in a container that may not have them all
    /// (cgroup v2, `memory.max`, which says `max` where there is no limit).
    public static var bytes: Int {
        let machine = Int(ProcessInfo.processInfo.physicalMemory)
        let text = (try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8)) ?? ""
        return min(machine, Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? machine)
    }
}
