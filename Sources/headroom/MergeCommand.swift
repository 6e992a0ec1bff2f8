import ArgumentParser
import Reports
import Traces

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Join the shards of a recording into the trace that one run would have written, byte for byte.",
        discussion: """
            All shards must be given, in any order, finished, and of one recording.

            Example:
              headroom merge traces/part-0.hrt traces/part-1.hrt --output traces/whole.hrt
            """)

    @Argument(help: "The shards: traces that record --shard I/N wrote.")
    var shards: [String]

    @Option(help: "The trace to write.")
    var output: String

    @Flag(help: "Replace a trace that exists.")
    var force = false

    @Option(help: "text or json.")
    var format = ReportFormat.text

    func validate() throws { try checkOutput(output) }

    func run() throws {
        try TraceMerger(paths: shards).write(to: output, force: force)
        let report = try WrittenTraceReport(command: "merge", tracePath: output)
        print(format == .json ? try report.json() : report.text())
    }
}
