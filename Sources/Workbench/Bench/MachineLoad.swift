import Foundation

/// What else the machine did while a run measured: other programs, and other machines on the same processor.
public struct MachineLoad: Encodable, Equatable, Sendable {
    /// The system's load average of the last minute, as the run began.
    public var average: Double
    /// Cores that were busy just before the run began.
    public var before: Double
    /// Cores that other programs kept busy during the run, on average.
    public var meanwhile: Double
    /// Cores that the hypervisor gave to others during the run while they had work here, on average.
    public var stolen: Double

    /// A load by its values; see the properties.
    public init(average: Double, before: Double, meanwhile: Double, stolen: Double) {
        self.average = average
        self.before = before
        self.meanwhile = meanwhile
        self.stolen = stolen
    }

    /// Cores' worth of others' work from which on rates say less: as much as a hundredth of two cores is always there.
    private static let notable = 0.1

    /// What to say before measuring; nil on a quiet machine.
    var warningBefore: String? {
        before > Self.notable
            ? "other programs keep \(fixed(before, 1)) cores busy: what is measured will be slower than it is" : nil
    }

    /// What to say afterwards; nil on a quiet machine.
    var warningAfter: String? {
        let parts = [(meanwhile, "other programs"), (stolen, "other machines on this processor")]
            .filter { $0.0 > Self.notable }.map { "\($0.1) took \(fixed($0.0, 1)) cores" }
        guard !parts.isEmpty else { return nil }
        return parts.joined(separator: ", ") + " while this was measured: rates are lower than they could be"
    }
}

/// Processor time of the machine and of this process up to a moment; nil everything where the system does not say.
struct ProcessorTimes {
    private let moment = ContinuousClock.now
    /// Seconds of all cores together.
    private let busy: Double
    private let stolen: Double
    /// Of this process and of those that it started and that ended.
    private let own: Double

    init() {
        let line = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?.split(separator: "\n").first ?? ""
        // cpu user nice system idle iowait irq softirq steal …, in ticks.
        let ticks = line.split(separator: " ").dropFirst().map { Double($0) ?? 0 }
        let perSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        busy = ticks.count > 7 ? [0, 1, 2, 5, 6].reduce(0) { $0 + ticks[$1] } / perSecond : 0
        stolen = ticks.count > 7 ? ticks[7] / perSecond : 0
        own = [RUSAGE_SELF, RUSAGE_CHILDREN].reduce(0) { sum, who in
            var usage = rusage()
            getrusage(who.rawValue, &usage)
            return [usage.ru_utime, usage.ru_stime].reduce(sum) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
        }
    }

    /// Cores that others took from `start` until now, on average: other programs, and other machines.
    static func others(since start: ProcessorTimes) -> (programs: Double, machines: Double) {
        let end = ProcessorTimes()
        let elapsed = (end.moment - start.moment) / .seconds(1)
        guard elapsed > 0 else { return (0, 0) }
        return (
            max(0, end.busy - start.busy - (end.own - start.own)) / elapsed,
            max(0, end.stolen - start.stolen) / elapsed
        )
    }
}

extension MachineLoad {
    /// The load just before a run: what the cores do while this process waits for half a second.
    static func now() -> MachineLoad {
        let start = ProcessorTimes()
        usleep(500_000)
        var average = 0.0
        _ = getloadavg(&average, 1)
        return MachineLoad(
            average: average, before: ProcessorTimes.others(since: start).programs, meanwhile: 0, stolen: 0)
    }
}
