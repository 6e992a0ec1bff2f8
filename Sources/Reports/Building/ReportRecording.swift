import Capacity
import Foundation
import Traces

/// The traces a report is about.
public struct ReportRecording: Sendable {
    /// The recorded prompts, for replay.
    public let trace: RecordedTrace
    /// The same in figures.
    public let summary: TraceSummary
    /// What each file's bytes are spent on.
    public let sizes: [TraceSize]
    /// The files' names, without folders.
    public let names: [String]

    /// Reads finished traces of one checkpoint.
    /// - Throws: `FileError`, `TraceError`, `CapacityError`.
    public init(paths: [String]) throws {
        trace = try RecordedTrace(paths: paths)
        summary = TraceSummary(header: trace.header, prompts: trace.prompts)
        sizes = try paths.map { try TraceReader(path: $0).size() }
        names = paths.map { URL(fileURLWithPath: $0).lastPathComponent }
    }

    /// Bytes of all files for each decision in them; nil without a decision.
    var bytesPerDecision: Double? {
        let decisions = sizes.reduce(0) { $0 + $1.decisions }
        return decisions == 0 ? nil : Double(sizes.reduce(0) { $0 + $1.fileBytes }) / Double(decisions)
    }
}
