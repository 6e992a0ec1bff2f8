import Capacity
import Comparison
import Foundation
import Traces

/// Everything `report` does, from names and paths to a folder on disk.
public struct ReportJob: Sendable {
    /// Paths of finished traces: of one DMC checkpoint, or of several policies over the same prompts, to be compared.
    public var traces: [String]
    /// The model to plan for: a name, a `config.json`, or what else `run` is told to know.
    public var model: String
    /// The GPU to plan on: a name, or a JSON file.
    public var gpu: String
    /// Tokens of a prompt.
    public var promptTokens: Int
    /// Tokens generated after it.
    public var newTokens: Int
    /// The head whose kept slots a comparison shows; nil for the one in which policies differ most.
    public var head: HeadPlace?
    /// The folder to write; nil for `reports/` and the first trace's name.
    public var output: String?

    /// A job by its parts; see the properties.
    public init(
        traces: [String], model: String = "llama-2-13b", gpu: String = "h100-sxm", promptTokens: Int = 3072,
        newTokens: Int = 1024, head: HeadPlace? = nil, output: String? = nil
    ) {
        self.traces = traces
        self.model = model
        self.gpu = gpu
        self.promptTokens = promptTokens
        self.newTokens = newTokens
        self.head = head
        self.output = output
    }

    /// Makes the report and writes it. `command` is what the report says made it; nil for `self.command`. Traces of
    /// several policies are compared; those of the first DMC checkpoint among them are reported on as well.
    /// - Parameters:
    ///   - comparison: policies held against each other, for sections of their own; nil for those of the traces.
    ///   - locate: knows the model by its word.
    /// - Throws: `CapacityError`, `ComparisonError`, `TraceError`, `FileError`; nothing is written then.
    public func run(
        command: String? = nil, comparison: PolicyComparison? = nil,
        locate: (String) throws -> PlannedModel = PlannedModel.named, writer: ReportWriter = ReportWriter()
    ) throws -> WrittenReport {
        writer.progress("reading \(traces.count == 1 ? "the trace" : "\(traces.count) traces")")
        let (model, gpu) = (try locate(self.model), try GPU.named(self.gpu))
        let sorted = try SortedTraces(traces)
        let compared = try comparison ?? compare(sorted, model, gpu)
        writer.progress("planning")
        let report: Report
        if let compared, sorted.recorded.isEmpty {
            report = try ComparisonReport(compared, command: command ?? self.command).page()
        } else {
            guard !sorted.recorded.isEmpty else {
                throw CapacityError.request(
                    "\(traces[0]): expected DMC decisions to replay, or traces of several policies to compare, found "
                        + "policy \(try TraceReader(path: traces[0]).header.policy) alone")
            }
            let recording = try ReportRecording(paths: sorted.recorded)
            let builder = ReportBuilder(
                recording: recording, model: model, gpu: gpu, promptTokens: promptTokens, newTokens: newTokens,
                command: command ?? self.command)
            report = try builder.report(comparison: compared)
        }
        return try writer.write(report, to: output ?? "reports/\(Self.name(of: traces))")
    }

    private func compare(_ sorted: SortedTraces, _ model: PlannedModel, _ gpu: GPU) throws -> PolicyComparison? {
        guard sorted.areSeveral else {
            guard head == nil else {
                throw ComparisonError.request(
                    "--head: expected traces of several policies, whose kept slots are shown, found those of one")
            }
            return nil
        }
        let plan = PlanRequest(model: model, gpu: gpu, promptTokens: promptTokens, newTokens: newTokens)
        return try PolicyComparison(try traces.map { try ComparedRun(tracePath: $0) }, plan: plan, head: head)
    }

    /// What a report of these traces is called: the first file's name without its ending.
    private static func name(of traces: [String]) -> String {
        URL(fileURLWithPath: traces[0]).deletingPathExtension().lastPathComponent
    }

    /// The command line that does this job, every default spelt out.
    public var command: String {
        let options = [
            "--model", model, "--gpu", gpu, "--prompt-tokens", "\(promptTokens)", "--new-tokens", "\(newTokens)",
        ]
        let words =
            ["headroom", "report"] + traces + options
            + (head.map { ["--head", "\($0)"] } ?? []) + (output.map { ["--output", $0] } ?? [])
        return ShellWords.line(words)
    }
}
