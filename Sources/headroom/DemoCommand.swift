import ArgumentParser
import Foundation
import Workbench

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Record the bundled prompts, compare cache policies, and report what they buy on a GPU.",
        discussion: """
            Writes traces/demo.hrt and reports/demo/ below the current folder.

            Example:
              headroom demo
            """)

    @Option(help: "The folder of the report.")
    var output = "reports/demo"

    @Option(help: "text or json.")
    var format = ReportFormat.text

    func validate() throws { try checkOutput(output) }

    func run() throws {
        Interruption.watch()
        var demo = Demo()
        demo.output = output
        let progress = Progress()
        let (recording, report) = try demo.run(
            shouldStop: { Interruption.isWanted }, progress: { progress.show($0) })
        for warning in report.warnings { printError("warning: \(warning)\n") }
        print(format == .json ? try report.json() : recording.text() + "\n\nreport: \(report.page)")
    }
}
