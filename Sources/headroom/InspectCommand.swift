import ArgumentParser
import Foundation
import Reports

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a trace holds: who was recorded, compression by layer and head, likelihoods, bytes.",
        discussion: """
            The whole file is checked first. An unfinished recording is shown as far as it goes; the exit code is 1 then.
            With --decisions every decision of every head is a digit: 0 for append, 1 for merge.

            Example:
              headroom inspect traces/demo.hrt
              headroom inspect traces/demo.hrt --decisions --format json
            """)

    @Argument(help: "The trace (.hrt).")
    var trace: String

    @Flag(help: "Show every decision of every head.")
    var decisions = false

    @Option(help: "text, json, or csv: a row for every prompt, layer and head.")
    var format = OutputFormat.text

    func run() throws {
        let report = try InspectReport(path: trace, showsDecisions: decisions)
        let command = (["headroom"] + CommandLine.arguments.dropFirst()).joined(separator: " ")
        let output = { (text: String) in print(text, terminator: "") }
        switch format {
        case .text: try report.writeText(command: command, terminal: .standardOutput(), to: output)
        case .json: try report.writeJSON(command: command, to: output)
        case .csv: try report.writeCSV(to: output)
        }
        guard let warning = report.warning else { return }
        fflush(nil)
        FileHandle.standardError.write(Data("Error: \(warning)\n".utf8))
        throw ExitCode.failure
    }
}
