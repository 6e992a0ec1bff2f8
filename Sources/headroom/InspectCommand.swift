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
            it is told after which token which position was dropped. --kept N tells which positions every head holds
            after the first N tokens. With --format csv, --table names the rows: prompts (a prompt in a head), heads (a
            head over all prompts), segments (a head's segments by length), positions (a head's merges and drops by
            position).

            Example:
              headroom inspect traces/demo.hrt
              headroom inspect traces/demo.hrt --decisions --format json
              headroom inspect traces/demo.hrt --format csv --table positions
            """)

    @Argument(help: "The trace (.hrt).")
    var trace: String

    @Flag(help: "Show every decision of every head.")
    var decisions = false

    @Option(help: "Show which positions every head holds after the first N tokens of each prompt.")
    var kept: Int?

    @Option(
        help: "Show texts of the tokens merged most and least, of a trace that keeps ids: the model's folder or name.")
    var model: String?

    @Option(help: "The same, from a tokenizer.model or tokenizer.json.")
    var tokenizer: String?

    @Option(help: "text, json, or csv.")
    var format = OutputFormat.text

    @Option(help: "The table that --format csv prints: prompts, heads, segments or positions. (default: prompts)")
    var table: InspectReport.Table?

    func validate() throws {
        if model != nil && tokenizer != nil { throw ValidationError("--model and --tokenizer exclude each other") }
        if let kept, kept < 1 { throw ValidationError("--kept: expected a number of tokens from 1 on, found \(kept)") }
        guard let table else { return }
        if format != .csv { throw ValidationError("--table: expected --format csv, found \(format.rawValue)") }
        if table != .prompts, decisions || kept != nil {
            throw ValidationError("--decisions and --kept go with --table prompts, found \(table.rawValue)")
        }
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
        let report = try InspectReport(path: trace, showsDecisions: decisions, keptAfter: kept, names: try names())
        let command = ShellWords.line(["headroom"] + CommandLine.arguments.dropFirst())
        let output = { (text: String) in print(text, terminator: "") }
        switch format {
        case .text: try report.writeText(command: command, terminal: .standardOutput(), to: output)
        case .json: try report.writeJSON(command: command, to: output)
        case .csv: try report.writeCSV(table ?? .prompts, to: output)
        }
        guard let warning = report.warning else { return }
        fflush(nil)
        printError("Error: \(warning)\n")
        throw ExitCode.failure
    }
}

extension InspectReport.Table: ExpressibleByArgument {}
