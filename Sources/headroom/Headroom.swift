import ArgumentParser
import Descriptions
import Files
import Foundation
import Kernels

/// The command line: parsing, progress and exit codes; what a command does stands in the modules.
@main
struct Headroom: ParsableCommand {
    /// Runs a command. Whatever is wrong is one line on standard error; `--help` tells the rest.
    static func main() {
        holdStandardError()
        do {
            var command = try parseAsRoot(joiningNegativeNumbers(Array(CommandLine.arguments.dropFirst())))
            do { try KernelSet.checkChoice() } catch { throw ValidationError("\(error)") }
            try command.run()
            // A full disk shows only when the last of the output is written.
            guard standardOutputIsWhole() else {
                throw FileError.unwritable(path: "standard output", reason: "what was printed is not complete")
            }
        } catch {
            guard exitCode(for: error) != .success else { exit(withError: error) }
            let message = message(for: error)
            // What a command has said already comes as a bare exit code.
            if !message.isEmpty { printError("Error: \(message)\n") }
            exit(withError: exitCode(for: error))
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "headroom",
        abstract: "How much KV cache a model really needs, head by head, and what that buys on a GPU.",
        version: Release.version,
        subcommands: [
            DemoCommand.self, RecordCommand.self, MergeCommand.self, ImportCommand.self, InspectCommand.self,
            EvaluateCommand.self, GenerateCommand.self,
            PlanCommand.self, SimulateCommand.self, CalibrateCommand.self,
            CompareCommand.self, ListCommand.self, ConvertCommand.self, ReportCommand.self,
            BenchCommand.self, ForgeCommand.self,
        ])
}
