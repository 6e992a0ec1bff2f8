import BundledModels
import Comparison
import Files
import Foundation
import Recording
import Reports

/// The main job on the bundled models and prompts: record, plan, compare, report.
public struct Demo: Sendable {
    /// Where the recording goes.
    public var trace = "traces/demo.hrt"
    /// The folder of the report.
    public var output = "reports/demo"
    /// Tokens generated after each prompt.
    public var newTokens = 64
    /// Prompts that the policies are compared on.
    public var comparedPrompts = 8

    /// The demo with its defaults, below the current folder.
    public init() {}

    /// Records the bundled prompts and writes the report. An earlier demo's files are replaced.
    /// - Throws: `Interrupted`, `FileError`, and what recording and reporting throw.
    public func run(
        shouldStop: () -> Bool = { false }, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> (recording: RecordingReport, report: WrittenReport) {
        let model = try LoadedModel(path: BundledModel.compressed.folder())
        let prompts = try model.prompts(at: [BundledPrompts.folder()])
        try makeFolder(of: trace)
        try makeFolder(of: output)
        let options = RunOptions(policy: .dmc, maxNewTokens: newTokens, batch: 8)
        let summary = try Recorder(model, options: options).record(
            prompts, to: trace, existing: .replace, shouldStop: shouldStop,
            progress: { progress("recording: \($0.done) of \($0.total) prompts") })
        let comparison = try compare(shouldStop: shouldStop, progress: progress)
        let job = ReportJob(traces: [trace], output: output)
        let written = try job.run(
            command: "headroom demo", comparison: comparison, writer: ReportWriter(progress: progress))
        return (try RecordingReport(summary, tracePath: trace), written)
    }

    private func compare(
        shouldStop: () -> Bool, progress: @escaping @Sendable (String) -> Void
    ) throws -> PolicyComparison {
        var job = ComparisonJob()
        job.promptLimit = comparedPrompts
        job.budgets = try CacheBudget.list(ComparisonJob.defaultBudgets)
        return try job.run(
            shouldStop: shouldStop,
            progress: { progress("comparing: \($0.text)") })
    }

    private func makeFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw FileError.unwritable(path: path, reason: "its folder cannot be made")
        }
    }
}
