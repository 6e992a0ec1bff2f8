import ArgumentParser
import Descriptions

/// The command line: parsing, progress and exit codes; what a command does stands in the modules.
@main
struct Headroom: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "headroom",
        abstract: "How much KV cache a model really needs, head by head, and what that buys on a GPU.",
        version: Release.version,
        subcommands: [
            DemoCommand.self, RecordCommand.self, InspectCommand.self, EvaluateCommand.self, GenerateCommand.self,
            PlanCommand.self,
            CompareCommand.self, ListCommand.self, ConvertCommand.self, ReportCommand.self,
        ])
}
