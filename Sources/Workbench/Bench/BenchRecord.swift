import CKernels
import Descriptions
import Kernels

/// What a run of `bench` found: as JSON, what another commit's is compared with.
public struct BenchRecord: Encodable, Equatable, Sendable {
    /// Which rows are measured how: grows when one comes to mean something else.
    public static let format = 3
    /// The format since which rows mean what they do, of those that meant something else before.
    static let changes = ["plan/sweep": 2, "record/bundled": 3, "compare/traces": 3]

    /// That of this record.
    public var format: Int
    /// Headroom's version.
    public var version: String
    /// The instruction set that computed.
    public var kernels: String
    /// The one that this machine would choose by itself.
    public var machineKernels: String
    /// What the machine can do: the best of what was measured all along.
    public var limits: MachineLimits
    /// What else it did.
    public var load: MachineLoad
    /// The results, in order.
    public var results: [BenchResult]
    /// The goals whose measurements were made.
    public var goals: [BenchOutcome]
    /// What was asked for and could not be measured: its name, and why.
    public var skipped: [String: String]
    /// Why OpenBLAS was not loaded; nil where it was looked for.
    public var openBLASRefusal: String?
    /// The program that measured in turn; nil where there was none.
    public var program: String?
    /// Why it ended before everything was measured; nil where it did not.
    public var stopped: String?

    /// A record with nothing measured but the machine.
    public init(limits: MachineLimits, load: MachineLoad) {
        format = Self.format
        version = Release.version
        kernels = KernelSet.name
        machineKernels = String(cString: hr_kernels_widest().pointee.name)
        openBLASRefusal = OpenBLAS.refusal
        self.limits = limits
        self.load = load
        results = []
        goals = []
        skipped = [:]
    }

    /// Holds every result to the limits, and the results to the goals.
    public mutating func close() {
        for index in results.indices { results[index].bound(by: limits) }
        goals = BenchGoal.all.compactMap { $0.outcome(in: self) }
    }

    /// Takes in a result: another round's runs, where there are some of that name.
    mutating func add(_ result: BenchResult) {
        guard let index = results.firstIndex(where: { $0.name == result.name }) else {
            results.append(result)
            return
        }
        results[index].add(result)
    }

    /// Leaves out a row that cannot be measured, and what there is of it.
    mutating func skip(_ name: String, _ reason: String) {
        results.removeAll { $0.name == name }
        skipped[name] = reason
    }
}
