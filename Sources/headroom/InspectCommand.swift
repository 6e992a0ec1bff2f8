import ArgumentParser
import BundledModels
import Checkpoints
import Foundation
import Reports
import Tokenizers

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a trace holds: who was recorded, compression by layer and head, likelihoods, bytes.",
        discussion: """
            The whole file is checked first. An unfinished recording is shown as far as it goes; the exit code is 1 then.
            With --decisions every decision of every head is a digit: 0 for append, 1 for merge; of a policy that evicts,
            it is told after which token which position was dropped.

            Example:
              headroom inspect traces/demo.hrt
              headroom inspect traces/demo.hrt --decisions --format json
            """)

    @Argument(help: "The trace (.hrt).")
    var trace: String

    @Flag(help: "Show every decision of every head.")
    var decisions = false

    @Option(
        help: "Show texts of the tokens merged most and least, of a trace that keeps ids: the model's folder or name.")
    var model: String?

    @Option(help: "The same, from a tokenizer.model or tokenizer.json.")
    var tokenizer: String?

    @Option(help: "text, json, or csv: a row for every prompt, layer and head.")
    var format = OutputFormat.text

    func validate() throws {
        if model != nil && tokenizer != nil { throw ValidationError("--model and --tokenizer exclude each other") }
    }

    private func names() throws -> TokenNames? {
        guard let path = try tokenizer ?? model.map({ try tokenizerPath(in: ModelLocator.folder($0)) }) else {
            return nil
        }
        let tokenizer = try TokenizerFile.open(path: path)
        return TokenNames(path: path, fingerprint: tokenizer.fingerprint, text: tokenizer.piece)
    }

    private func tokenizerPath(in folder: String) throws -> String {
        guard let path = Checkpoint.tokenizerPath(in: folder) else {
            throw CheckpointError.missingFile(folder: folder, name: "tokenizer.model or tokenizer.json")
        }
        return path
    }

    func run() throws {
        let report = try InspectReport(path: trace, showsDecisions: decisions, names: try names())
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
