import ArgumentParser
import Recording
import Workbench

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Negative log-likelihood of every token, and the slots each head keeps.",
        discussion: """
            Example:
              headroom evaluate --model default-base --prompts letters.jsonl --format json
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var part: GivenOption

    @Option(parsing: .upToNextOption, help: "Files and folders of prompts; by default the bundled ones.")
    var prompts: [String] = []

    @Option(help: "text, json or csv.")
    var format = OutputFormat.text

    func run() throws {
        let loaded = try model.loadModel()
        let prompts = try loaded.prompts(at: try promptPaths(prompts), policy: model.policy).given(part.given)
        Interruption.watch()
        let progress = Progress()
        let evaluation = try Evaluator(loaded, options: model.options(for: loaded)).evaluate(
            prompts, shouldStop: { Interruption.isWanted }, progress: progress.show)
        let report = EvaluationReport(evaluation)
        switch format {
        case .text: print(report.text())
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }
}
