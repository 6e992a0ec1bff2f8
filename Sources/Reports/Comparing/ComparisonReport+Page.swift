import Capacity
import Comparison
import Descriptions

extension Report {
    /// Adds the sections, data files and provenance of a comparison that `command` asked for.
    /// - Throws: `EncodingError` where a number is not finite.
    mutating func add(_ comparison: PolicyComparison, command: String) throws {
        let added = ComparisonSections(comparison, command: command)
        sections += added.sections()
        provenance += added.report.provenance
        dataFiles.merge(try added.dataFiles()) { _, new in new }
    }
}

extension ComparisonReport {
    /// The comparison as a report of its own.
    /// - Throws: `EncodingError` where a number is not finite.
    public func page() throws -> Report {
        let sections = ComparisonSections(comparison, command: command)
        return Report(
            title: "Cache policies under one budget", lead: answers(), sections: sections.sections(isLed: true),
            provenance: [
                Report.Fact(name: "Command", value: command ?? "not known"),
                Report.Fact(name: "Headroom", value: Release.version),
                Report.Fact(name: "Seed of the bootstrap", value: "\(comparison.seed)"),
            ] + provenance,
            dataFiles: try sections.dataFiles())
    }

    /// What made the comparison, for the end of a report.
    var provenance: [Report.Fact] {
        let models = comparison.models.map { run in
            Report.Fact(
                name: "Compared model",
                value: "\(comparison.name(of: run)) (\(run.modelNote)), fingerprint \(run.header.checkpointFingerprint)"
            )
        }
        let digest = comparison.baseline.header.promptListDigest
        return models + [Report.Fact(name: "Compared prompts", value: "list digest \(digest)")]
    }
}
